import { DATA_LABELS, ENVS, type Match, QOS_CLASSES, type RouteInputReading, TENANT_RISKS } from '@wcp/spec';
import { type Values, valuesOf } from './condition.ts';

/** The cells of (env, qos, label, risk): 4 x 4 x 3 x 3. */
export const CELLS = ENVS.length * QOS_CLASSES.length * DATA_LABELS.length * TENANT_RISKS.length;

/** No rule of a table takes the cell. */
export const NONE = 0x7fff_ffff;

/** For each cell the position of the first rule that takes it. */
export type Cells = Int32Array;

/** What a rule matches, ready for tables: which cells, which capabilities, which tenants. */
export interface Extent {
  readonly cells: readonly number[];
  readonly capabilities: Values;
  readonly tenants: Values;
}

/** The extent of a rule's match. */
export function extentOf(match: Match): Extent {
  return {
    cells: cellsOf(match),
    capabilities: valuesOf(match.capability_id),
    tenants: valuesOf(match.tenant_id),
  };
}

function cellsOf(match: Match): number[] {
  const envs = positions(ENVS, valuesOf(match.env));
  const qos = positions(QOS_CLASSES, valuesOf(match.qos_class));
  const labels = positions(DATA_LABELS, valuesOf(match.data_label));
  const risks = positions(TENANT_RISKS, valuesOf(match.tenant_risk));
  return envs.flatMap((e) =>
    qos.flatMap((q) => labels.flatMap((l) => risks.map((r) => cell(e, q, l, r)))),
  );
}

function positions(members: readonly string[], values: Values): number[] {
  return members.flatMap((member, index) => (values === null || values.has(member) ? [index] : []));
}

function cell(env: number, qos: number, label: number, risk: number): number {
  return ((env * QOS_CLASSES.length + qos) * DATA_LABELS.length + label) * TENANT_RISKS.length + risk;
}

/** The cell that a valid input stands in. */
export function cellOf(input: RouteInputReading): number {
  return cell(
    ENVS.indexOf(input.env as never),
    QOS_CLASSES.indexOf(input.qos_class as never),
    DATA_LABELS.indexOf(input.data_label as never),
    TENANT_RISKS.indexOf(input.tenant_risk as never),
  );
}

/** Stands for every capability or tenant that the rule does not name. */
export const ANY = Symbol('any');
/** A capability or tenant by name, or {@link ANY}. */
export type Key = string | typeof ANY;
/** The keys of a rule that names none. */
export const ANYTHING: readonly Key[] = [ANY];

type ByTenant = Map<Key, Cells>;

/**
 * The lookup of the first rule that matches. A rule stands in the table of each pair of a capability
 * and a tenant that it names, or of {@link ANY}; the first rule for a request is then the least of at
 * most four entries, whatever the number of rules.
 */
export class RuleTable {
  readonly #tables = new Map<Key, ByTenant>();

  /** Enters a rule at its position. Rules are entered in their order: the first in a cell stays. */
  enter(position: number, extent: Extent): void {
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
    let tenants = this.#tables.get(capability);
    if (tenants === undefined) this.#tables.set(capability, (tenants = new Map()));
    let cells = tenants.get(tenant);
    if (cells === undefined) tenants.set(tenant, (cells = new Int32Array(CELLS).fill(NONE)));
    return cells;
  }
}

function firstOf(tenants: ByTenant | undefined, tenant: Key, index: number): number {
  if (tenants === undefined) return NONE;
  const named = tenant === ANY ? NONE : (tenants.get(tenant)?.[index] ?? NONE);
  return Math.min(named, tenants.get(ANY)?.[index] ?? NONE);
}
