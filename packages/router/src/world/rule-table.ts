import { DATA_LABELS, ENVS, type Match, QOS_CLASSES, TENANT_RISKS } from '@wcp/spec/document';
import type { AcceptedInput } from '@wcp/spec/input';
import { type Condition, type Values, valuesOf } from './condition.ts';

/** The cells of (env, qos, label, risk): 4 x 4 x 3 x 3. */
export const CELLS = ENVS.length * QOS_CLASSES.length * DATA_LABELS.length * TENANT_RISKS.length;

/** No rule of a table matches in the cell. */
export const NONE = 0x7fff_ffff;

/** For each cell the position of the first rule that matches in it. */
export type Cells = Int32Array;

/** What a rule matches, ready for tables: which cells, which capabilities, which tenants. */
export interface Extent {
  readonly cells: readonly number[];
  readonly capabilities: Values;
  readonly tenants: Values;
}

function extentOf(match: Match): Extent {
  return {
    cells: cellsOf(match),
    capabilities: valuesOf(match.capability_id),
    tenants: valuesOf(match.tenant_id),
  };
}

/** Cells by the values that each of the four conditions takes: few sets, however many rules. */
const CELL_SETS = new Map<number, readonly number[]>();

function cellsOf(match: Match): readonly number[] {
  const envs = mask(ENVS, match.env);
  const qos = mask(QOS_CLASSES, match.qos_class);
  const labels = mask(DATA_LABELS, match.data_label);
  const risks = mask(TENANT_RISKS, match.tenant_risk);
  const key = (((((envs << 4) | qos) << 3) | labels) << 3) | risks;
  const known = CELL_SETS.get(key);
  if (known !== undefined) return known;
  const cells = bits(envs).flatMap((e) =>
    bits(qos).flatMap((q) => bits(labels).flatMap((l) => bits(risks).map((r) => cell(e, q, l, r)))),
  );
  CELL_SETS.set(key, cells);
  return cells;
}

/** The positions of the values that a condition takes, as bits. */
function mask(members: readonly string[], condition: Condition): number {
  const values = valuesOf(condition);
  return members.reduce((bitsSoFar, member, index) => {
    return values === null || values.has(member) ? bitsSoFar | (1 << index) : bitsSoFar;
  }, 0);
}

function bits(set: number): number[] {
  return [0, 1, 2, 3].filter((index) => (set & (1 << index)) !== 0);
}

function cell(env: number, qos: number, label: number, risk: number): number {
  return ((env * QOS_CLASSES.length + qos) * DATA_LABELS.length + label) * TENANT_RISKS.length + risk;
}

/** The cell of a valid input. */
export function cellOf(input: AcceptedInput): number {
  return cell(
    ENVS.indexOf(input.env),
    QOS_CLASSES.indexOf(input.qos_class),
    DATA_LABELS.indexOf(input.data_label),
    TENANT_RISKS.indexOf(input.tenant_risk),
  );
}

/** Every capability or tenant that the rule does not name. */
export const ANY = Symbol('any');
/** A capability or tenant by name, or {@link ANY}. */
export type Key = string | typeof ANY;
/** The keys of a rule that names none. */
export const ANYTHING: readonly Key[] = [ANY];

type ByTenant = Map<Key, Cells>;

/**
 * The lookup of the first rule that matches. A rule is in the table of each pair of a capability
 * and a tenant that it names, or of {@link ANY}; the first rule for a request is then the least of at
 * most four entries, whatever the number of rules.
 */
export class RuleTable {
  /** The extent of each rule, by its position. */
  readonly extents: Extent[] = [];
  readonly #tables = new Map<Key, ByTenant>();

  /** Enters the next rule. Rules are entered in their order: the first in a cell stays. */
  enter(match: Match): void {
    const extent = extentOf(match);
    const position = this.extents.push(extent) - 1;
    for (const capability of extent.capabilities ?? ANYTHING) {
      for (const tenant of extent.tenants ?? ANYTHING) {
        const cells = this.#cellsFor(capability, tenant);
        for (const index of extent.cells) {
          if ((cells[index] as number) === NONE) cells[index] = position;
        }
      }
    }
  }

  /** The position of the first rule for a capability and tenant in a cell, or {@link NONE}. */
  first(capability: Key, tenant: Key, index: number): number {
    const named = firstOf(this.#tables.get(capability), tenant, index);
    if (capability === ANY) return named;
    return Math.min(named, firstOf(this.#tables.get(ANY), tenant, index));
  }

  /** The capabilities that rules name, and {@link ANY}. */
  capabilities(): Key[] {
    return [...new Set<Key>([...this.#tables.keys(), ANY])];
  }

  /** The tenants with a table of their own under exactly this key. */
  ownTenants(capability: Key): Key[] {
    return [...(this.#tables.get(capability)?.keys() ?? [])];
  }

  /** The tenants that rules for this capability name, and {@link ANY}. */
  tenants(capability: Key): Key[] {
    return [...new Set<Key>([...this.ownTenants(capability), ...this.ownTenants(ANY), ANY])];
  }

  #cellsFor(capability: Key, tenant: Key): Cells {
    const tenants = this.#tables.get(capability) ?? new Map<Key, Cells>();
    const cells = tenants.get(tenant) ?? new Int32Array(CELLS).fill(NONE);
    tenants.set(tenant, cells);
    this.#tables.set(capability, tenants);
    return cells;
  }
}

function firstOf(tenants: ByTenant | undefined, tenant: Key, index: number): number {
  if (tenants === undefined) return NONE;
  const named = tenant === ANY ? NONE : (tenants.get(tenant)?.[index] ?? NONE);
  return Math.min(named, tenants.get(ANY)?.[index] ?? NONE);
}
