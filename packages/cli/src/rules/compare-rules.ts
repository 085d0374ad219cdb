import { compileWorld, decide, type World } from '@wcp/router';
import type { Rules } from '@wcp/spec';
import { ANY_CATALOG } from '../input/any-catalog.ts';
import { boxesOf, CELLS, type CellBox } from './cells.ts';
import { namedCapabilities, namedValues, takingRule } from './rule-match.ts';

/** How rules would treat a kind of request otherwise than others do. */
type ChangeKind = 'newly_denied' | 'newly_allowed' | 'newly_held' | 'no_longer_held';

/** Cells that two rule documents treat differently. */
export interface RuleChange {
  readonly kind: ChangeKind;
  /** The rules that take these requests; null if none does. */
  readonly before: string | null;
  readonly after: string | null;
  /** Null for every capability that no rule names. */
  readonly capability_id: string | null;
  /** Null for every tenant that no rule for this capability names. */
  readonly tenants: readonly string[] | null;
  readonly cells: number;
  readonly boxes: readonly CellBox[];
}

/**
 * Compares two documents of valid rules in every cell, for every capability and tenant that one of them names and one
 * more for all others. Which rule takes a request is the engine's answer; a rule holds if it always asks for a human.
 */
export function compareRules(before: Rules, after: Rules): RuleChange[] {
  const both = [new RuleProbe(before), new RuleProbe(after)] as const;
  const all = [...before, ...after];
  const named = namedCapabilities(all);
  return [...named, null].flatMap((capability) => {
    const relevant = all.filter(({ match }) => accepts(namedValues(match.capability_id), capability));
    return tenantsAlike(relevant).flatMap((tenants) => changesFor(both, capability, tenants));
  });
}

function accepts(values: readonly string[] | null, value: string | null): boolean {
  return values === null || (value !== null && values.includes(value));
}

/** The tenants that rules name, those together that the same rules accept; last null, for all others. */
function tenantsAlike(rules: Rules): (readonly string[] | null)[] {
  const conditions = rules
    .map(({ match }) => namedValues(match.tenant_id))
    .map((each) => each && new Set(each));
  const names = [...new Set(conditions.flatMap((each) => [...(each ?? [])]))].sort();
  const alike = new Map<string, string[]>();
  for (const name of names) {
    const key = conditions.map((each) => Number(each === null || each.has(name))).join('');
    alike.set(key, [...(alike.get(key) ?? []), name]);
  }
  return [...alike.values(), null];
}

function changesFor(
  [before, after]: readonly [RuleProbe, RuleProbe],
  capability_id: string | null,
  tenants: readonly string[] | null,
): RuleChange[] {
  const found = new Map<
    string,
    { readonly change: Omit<RuleChange, 'cells' | 'boxes'>; readonly cells: number[] }
  >();
  for (const cell of CELLS.keys()) {
    const tenant = tenants?.[0] ?? null;
    const [old, now] = [
      before.ruleFor(capability_id, tenant, cell),
      after.ruleFor(capability_id, tenant, cell),
    ];
    const kind = kindOf(old, now);
    if (kind === null) continue;
    const change = {
      kind,
      before: old?.rule_id ?? null,
      after: now?.rule_id ?? null,
      capability_id,
      tenants,
    };
    const key = JSON.stringify([kind, change.before, change.after]);
    const entry = found.get(key) ?? { change, cells: [] };
    found.set(key, entry);
    entry.cells.push(cell);
  }
  return [...found.values()].map(({ change, cells }) => ({
    ...change,
    cells: cells.length,
    boxes: boxesOf(cells),
  }));
}

type Taking = { readonly rule_id: string; readonly asksHuman: boolean } | null;

function kindOf(old: Taking, now: Taking): ChangeKind | null {
  if (old === null || now === null)
    return old === now ? null : old === null ? 'newly_allowed' : 'newly_denied';
  if (old.asksHuman === now.asksHuman) return null;
  return now.asksHuman ? 'newly_held' : 'no_longer_held';
}

const FACTS = { now: '2026-01-01T00:00:00.000Z', decision_id: '00000000-0000-4000-8000-000000000000' };

/** Asks the engine which rule of a document takes a request. */
class RuleProbe {
  readonly #world: World;
  readonly #rules: ReadonlyMap<string, NonNullable<Taking>>;
  /** A capability and a tenant that no rule names. */
  readonly #others: { readonly capability: string; readonly tenant: string };

  constructor(rules: Rules) {
    this.#world = compileWorld({ rules, catalogVersion: ANY_CATALOG });
    this.#rules = new Map(
      rules.map(({ rule_id, decision }) => [rule_id, { rule_id, asksHuman: asks(decision) }]),
    );
    const tenants = rules.flatMap(({ match }) => namedValues(match.tenant_id) ?? []);
    const capability = unusedName(namedCapabilities(rules), 'x.any.other');
    this.#others = { capability, tenant: unusedName(tenants, 'other') };
  }

  /** Null where the request is denied. */
  ruleFor(capability: string | null, tenant: string | null, cell: number): Taking {
    const decision = decide(this.#world, FACTS, {
      ...CELLS[cell],
      capability_id: capability ?? this.#others.capability,
      tenant_id: tenant ?? this.#others.tenant,
      correlation_id: 'comparison',
      request: {},
      dry_run: true,
    });
    const taken = takingRule(decision);
    return taken === null ? null : (this.#rules.get(taken) ?? null);
  }
}

function asks({ escalation }: Rules[number]['decision']): boolean {
  return escalation?.human_required_default === true || escalation?.msavx_step_up === true;
}

function unusedName(names: readonly string[], name: string): string {
  return names.includes(name) ? unusedName(names, `${name}-other`) : name;
}
