import { canonicalJson, type Rule } from '@wcp/spec';
import { compareLevels } from '@wcp/spec/document';
import { boxesOf, CELLS, type Cell, type CellBox, cellsIn } from './cells.ts';
import type { Observed, ObservedTraffic } from './observed-traffic.ts';

/** A rule, and what was seen that it would allow. */
export interface LeastRule {
  readonly rule: Rule;
  /** The rules that decided so. */
  readonly from: readonly string[];
  readonly cells: number;
  readonly dispatched: number;
  readonly approved: number;
  readonly held: number;
  readonly dry_runs: number;
}

/** A cell in which rules said different things at different times. */
export interface Conflict {
  readonly capability_id: string;
  readonly tenant_id: string;
  readonly cell: Cell;
  /** The rules that count, none where the latest request was denied because no rule took it; and those that do not. */
  readonly taken: readonly string[];
  readonly left: readonly string[];
}

/** The least rules for some traffic. */
export interface LeastRules {
  readonly rules: readonly LeastRule[];
  readonly conflicts: readonly Conflict[];
}

/**
 * The rules that allow what was allowed and hold what was held, and take no request of a kind that was not seen: each
 * names its capability, its tenants and the values of its cells, and of the candidates those that were selected. No two
 * of them take the same request, so their order does not matter.
 */
export function leastRules(traffic: ObservedTraffic): LeastRules {
  const conflicts: Conflict[] = [];
  const rules = traffic.capabilities().flatMap((capability_id) => {
    const groups = new Map<string, Group>();
    for (const { tenant, cell, observed, denied_by } of traffic.allowed(capability_id)) {
      const [strictest, ...others] = observed.sort(strictestFirst) as [Observed, ...Observed[]];
      const taken = denied_by ?? ruleIdsOf([strictest]);
      const left = denied_by === null ? others : observed;
      const place = { capability_id, tenant_id: tenant, cell: CELLS[cell] as Cell };
      if (left.length > 0) conflicts.push({ ...place, taken, left: ruleIdsOf(left) });
      if (denied_by === null) addTo(groups, tenant, cell, strictest);
    }
    return rulesFor(capability_id, groups);
  });
  return { rules, conflicts };
}

/** What was once held stays held, at the highest level; else what was decided last counts. */
function strictestFirst(a: Observed, b: Observed): number {
  if (a.level === null || b.level === null) {
    return Number(a.level === null) - Number(b.level === null) || b.last - a.last;
  }
  return compareLevels(b.level, a.level) || b.last - a.last;
}

function ruleIdsOf(observed: readonly Observed[]): string[] {
  return [...new Set(observed.flatMap((each) => [...each.rule_ids]))].sort();
}

/** The cells, tenant by tenant, in which the same is decided. */
interface Group {
  readonly decision: Rule['decision'];
  readonly tenants: Map<string, Map<number, Observed>>;
}

function addTo(groups: Map<string, Group>, tenant: string, cell: number, observed: Observed): void {
  const decision = narrowed(observed);
  const text = canonicalJson(decision);
  const group = groups.get(text) ?? { decision, tenants: new Map<string, Map<number, Observed>>() };
  groups.set(text, group);
  const cells = group.tenants.get(tenant) ?? new Map<number, Observed>();
  group.tenants.set(tenant, cells.set(cell, observed));
}

/** What the rule said, with the candidates and authorities alone whose workers were selected. */
function narrowed({ decision, selected }: Observed): Rule['decision'] {
  const candidates = decision.candidate_workers_ranked.flatMap((candidate, position) => {
    const authorities = selected.get(position);
    if (authorities === undefined) return [];
    return [authorities === null ? candidate : { ...candidate, authorities: [...authorities].sort() }];
  });
  return { ...decision, candidate_workers_ranked: candidates };
}

function rulesFor(capability: string, groups: ReadonlyMap<string, Group>): LeastRule[] {
  const drafts = [...groups.values()].flatMap((group) => [...draftsOf(capability, group)]);
  drafts.sort((a, b) => a.first - b.first || (a.tenants < b.tenants ? -1 : 1));
  return drafts.map(({ least }, index) => {
    const { rule_id, ...rest } = least.rule;
    return { ...least, rule: { rule_id: `${rule_id}.${index + 1}`, ...rest } };
  });
}

/** A rule without its number, and what orders it. */
interface Draft {
  readonly first: number;
  readonly tenants: string;
  readonly least: LeastRule;
}

/** Tenants that were seen in the same cells share a rule, and cells that are all combinations of some values do. */
function* draftsOf(capability: string, { decision, tenants }: Group): Generator<Draft> {
  const alike = new Map<string, [string, ...string[]]>();
  for (const [tenant, cells] of tenants) {
    const key = [...cells.keys()].join();
    const known = alike.get(key);
    if (known === undefined) alike.set(key, [tenant]);
    else known.push(tenant);
  }
  for (const names of alike.values()) {
    const all = tenants.get(names[0]) as ReadonlyMap<number, Observed>;
    for (const box of boxesOf(all.keys())) {
      const cells = cellsIn(box);
      const observed = names.flatMap((name) => cells.map((cell) => tenants.get(name)?.get(cell) as Observed));
      const rule = { rule_id: `learned.${capability}`, match: matchOf(capability, box, names), decision };
      const least = { ...summaryOf(observed), rule: described(rule, observed), cells: cells.length };
      yield { first: cells[0] as number, tenants: names.join('\n'), least };
    }
  }
}

function matchOf(capability_id: string, box: CellBox, tenants: readonly string[]): Rule['match'] {
  return {
    capability_id,
    env: valueOrList(box.env),
    data_label: valueOrList(box.data_label),
    tenant_risk: valueOrList(box.tenant_risk),
    qos_class: valueOrList(box.qos_class),
    tenant_id: valueOrList(tenants),
  };
}

/** Every value that was seen by its name: a rule for any value would take those that nobody has thought of. */
function valueOrList<T extends string>(values: readonly T[]): T | { in: T[] } {
  const [only] = values;
  return values.length === 1 && only !== undefined ? only : { in: [...values] };
}

function described(rule: Rule, observed: readonly Observed[]): Rule {
  const { dispatched, held, from } = summaryOf(observed);
  const { rule_id, ...rest } = rule;
  return {
    rule_id,
    description: `Seen ${dispatched} allowed and ${held} held, by ${from.join(', ')}.`,
    ...rest,
  };
}

function summaryOf(observed: readonly Observed[]): Omit<LeastRule, 'rule' | 'cells'> {
  const sum = (name: 'dispatched' | 'approved' | 'held' | 'dry_runs') =>
    observed.reduce((total, each) => total + each[name], 0);
  return {
    from: ruleIdsOf(observed),
    dispatched: sum('dispatched'),
    approved: sum('approved'),
    held: sum('held'),
    dry_runs: sum('dry_runs'),
  };
}
