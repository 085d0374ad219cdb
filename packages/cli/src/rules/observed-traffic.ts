import { authorityOf, canonicalJson, type RouteDecision, type Rule } from '@wcp/spec';
import { highestLevel, type SupervisorLevel } from '@wcp/spec/document';
import { type Cell, cellIndex } from './cells.ts';

/** What one rule decided about the requests of a tenant for a capability in one cell. */
export interface Observed {
  readonly rule_ids: Set<string>;
  /** What the rule says; several rules may say the same. */
  readonly decision: Rule['decision'];
  /**
   * By the position of a candidate the authorities of the workers that were selected; null where a request was denied
   * after the selection, for then nothing says whose worker it was.
   */
  readonly selected: Map<number, Set<string> | null>;
  /** How many requests were allowed, those that a human approved included. */
  dispatched: number;
  approved: number;
  held: number;
  /** How many of these were only asked about. */
  dry_runs: number;
  /** The highest level at which a human was to decide. */
  level: SupervisorLevel | null;
  /** Counts the decisions up to the latest of these that was allowed or held. */
  last: number;
  /** Counts them up to the latest of these, denied ones included. */
  latest: number;
}

/** What was decided about a kind of request. */
interface Seen {
  readonly byDecision: Map<string, Observed>;
  /** Counts the decisions up to the latest that no rule took; 0 for none. */
  untaken: number;
}

/** A kind of request of which some were allowed or held. */
export interface AllowedKind {
  readonly tenant: string;
  readonly cell: number;
  /** What rules said that allowed or held it. */
  readonly observed: Observed[];
  /** The rules by which it was last denied, none of which ever allowed it; empty for no rule; null if it was not. */
  readonly denied_by: readonly string[] | null;
}

/** What was decided, by capability, tenant and cell. */
export class ObservedTraffic {
  readonly #seen = new Map<string, Map<string, Map<number, Seen>>>();
  #count = 0;

  /** Adds a decision of a rule; one that denies counts for what it selected alone. */
  add(decision: RouteDecision, rule: Rule): void {
    this.#count += 1;
    const { byDecision } = this.#at(decision);
    const observed = entryOf(byDecision, canonicalJson(rule.decision), () => nothingOf(rule));
    observed.latest = this.#count;
    observed.rule_ids.add(rule.rule_id);
    select(observed.selected, decision);
    if (decision.outcome === 'DENY') return;
    observed.last = this.#count;
    if (decision.outcome === 'DISPATCH') observed.dispatched += 1;
    else observed.held += 1;
    if (decision.dry_run) observed.dry_runs += 1;
    const { supervisor_level: level } = decision;
    if (level === null || level === 'advisory') return;
    if (decision.outcome === 'DISPATCH') observed.approved += 1;
    observed.level = observed.level === null ? level : highestLevel(observed.level, level);
  }

  /** Adds a decision about a request that no rule took. */
  addUntaken(decision: RouteDecision): void {
    this.#count += 1;
    this.#at(decision).untaken = this.#count;
  }

  /** The capabilities of requests that came as far as the rules, in alphabetical order. */
  capabilities(): string[] {
    return [...this.#seen.keys()].sort();
  }

  /** By tenant and cell all that was allowed or held there. */
  *allowed(capability: string): Generator<AllowedKind> {
    const tenants = [...(this.#seen.get(capability) ?? [])].sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [tenant, cells] of tenants) {
      for (const [cell, seen] of [...cells].sort(([a], [b]) => a - b)) {
        const observed = [...seen.byDecision.values()].filter(isAllowing);
        if (observed.length > 0) yield { tenant, cell, observed, denied_by: deniedBy(seen) };
      }
    }
  }

  #at({ capability_id, tenant_id, ...cell }: RouteDecision): Seen {
    const tenants = entryOf(this.#seen, capability_id as string, () => new Map());
    const cells = entryOf(tenants, tenant_id as string, () => new Map());
    return entryOf(cells, cellIndex(cell as Cell), () => ({ byDecision: new Map(), untaken: 0 }));
  }
}

function isAllowing({ dispatched, held }: Observed): boolean {
  return dispatched + held > 0;
}

/** What was decided last counts where it denies: rules that were made stricter would else be undone. */
function deniedBy({ byDecision, untaken }: Seen): readonly string[] | null {
  const [newest] = [...byDecision.values()].sort((a, b) => b.latest - a.latest);
  if (newest === undefined || newest.latest < untaken) return [];
  return isAllowing(newest) ? null : [...newest.rule_ids].sort();
}

function nothingOf({ decision }: Rule): Observed {
  const counts = { dispatched: 0, approved: 0, held: 0, dry_runs: 0, last: 0, latest: 0 };
  return { rule_ids: new Set(), decision, selected: new Map(), level: null, ...counts };
}

/** The candidates of a decision stand in the order of its rule, and the one that was taken was not skipped. */
function select(selected: Observed['selected'], decision: RouteDecision): void {
  const position = decision.candidate_workers_ranked.findIndex(({ skip_reason }) => skip_reason === null);
  if (position < 0) return;
  const worker = decision.worker_id ?? decision.escalation_context?.worker_id ?? null;
  const authority = worker === null ? null : authorityOf(worker);
  const known = selected.get(position);
  if (authority === null || known === null) selected.set(position, null);
  else selected.set(position, (known ?? new Set()).add(authority));
}

function entryOf<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
