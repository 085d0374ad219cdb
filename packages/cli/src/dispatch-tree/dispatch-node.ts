import type { Receipt } from '@wcp/spec';
import type { DecisionRecord } from '@wcp/spec/hall';

/** A decision in the tree of its dispatch chain (section 9.5). */
export interface DispatchNode {
  readonly decision_id: string | null;
  readonly timestamp: string | null;
  /** Whose dispatch chain it stands in: a correlation id belongs to the tenant that uses it. */
  readonly tenant_id: string | null;
  readonly capability_id: string | null;
  readonly worker_id: string | null;
  readonly outcome: DecisionRecord['decision']['outcome'];
  readonly deny_code: string | null;
  /** The supervisor level of a hold. */
  readonly supervisor_level: string | null;
  /** The blast score it spent; null if it is not a dispatch. */
  readonly blast_own: number | null;
  /** The blast score of the dispatch chain up to and including it. */
  readonly blast_score: number;
  /** How its worker ended; null if there is no outcome receipt. */
  readonly status: string | null;
  readonly duration_ms: number | null;
  /** The id of its parent, if that decision was not read. */
  readonly absent_parent: string | null;
  /** The requests of its worker, in order. */
  readonly children: readonly DispatchNode[];
}

/** The facts of a decision about its dispatch chain, as the Hall recorded them. */
interface ChainFacts {
  readonly depth: number;
  readonly blast_score: number;
}

/** The position of a decision in its dispatch chain. */
function chainOf({ facts }: DecisionRecord): ChainFacts {
  const { depth, blast_score } = Object(Object(facts).chain) as Partial<ChainFacts>;
  return { depth: Number(depth ?? 0), blast_score: Number(blast_score ?? 0) };
}

/**
 * The decision whose worker requested this one; null for a tenant's own request. At depth 0 the member
 * is written by the tenant and cannot be trusted.
 */
export function parentOf(record: DecisionRecord): string | null {
  if (!(chainOf(record).depth >= 1)) return null;
  const { parent_decision_id: parent } = Object(Object(record.input).ext) as { parent_decision_id?: unknown };
  return typeof parent === 'string' ? parent : null;
}

/** The node of a decision, with what its outcome receipt says. */
export function nodeOf(
  record: DecisionRecord,
  outcome: Receipt['outcome'] | undefined,
  absent_parent: string | null,
  children: readonly DispatchNode[],
): DispatchNode {
  const { decision } = record;
  const { decision_id, timestamp, tenant_id, capability_id, worker_id, deny_code } = decision;
  const before = chainOf(record).blast_score;
  const isDispatch = decision.outcome === 'DISPATCH' && !decision.dry_run;
  const blast_score = isDispatch ? Number(decision.blast_score ?? before) : before;
  return {
    decision_id,
    timestamp,
    tenant_id,
    capability_id,
    worker_id: worker_id ?? decision.escalation_context?.worker_id ?? null,
    outcome: decision.outcome,
    deny_code,
    supervisor_level: decision.outcome === 'STEWARD_HOLD' ? decision.supervisor_level : null,
    blast_own: isDispatch ? blast_score - before : null,
    blast_score,
    status: outcome?.status ?? null,
    duration_ms: outcome?.duration_ms ?? null,
    absent_parent,
    children,
  };
}
