import type { Receipt } from '@wcp/spec';
import type { RecordedDecision } from '../client/wire.ts';

/** A decision in the tree of its chain (section 9.5). */
export interface ChainNode {
  readonly decision_id: string | null;
  readonly timestamp: string | null;
  readonly capability_id: string | null;
  readonly worker_id: string | null;
  readonly outcome: RecordedDecision['decision']['outcome'];
  readonly deny_code: string | null;
  /** The level of a hold. */
  readonly supervisor_level: string | null;
  /** What it spent; null for what is no dispatch. */
  readonly blast_own: number | null;
  /** What the chain has spent with it. */
  readonly blast_score: number;
  /** How its worker ended; null where there is no receipt of an outcome. */
  readonly status: string | null;
  readonly duration_ms: number | null;
  /** Of a decision whose parent is not among those that were read: who that is. */
  readonly absent_parent: string | null;
  /** What its worker asked for, in order. */
  readonly children: readonly ChainNode[];
}

/** What the Hall put into the facts of a decision about its chain. */
interface ChainFacts {
  readonly depth: number;
  readonly blast_score: number;
}

/** The place of a decision in its chain, as the Hall recorded it. */
function chainOf({ facts }: RecordedDecision): ChainFacts {
  const { depth, blast_score } = Object(Object(facts).chain) as Partial<ChainFacts>;
  return { depth: Number(depth ?? 0), blast_score: Number(blast_score ?? 0) };
}

/**
 * The decision whose worker asked for this one; null for what a tenant asked itself. At depth 0 the member
 * is the tenant's own, who can write there whatever it likes.
 */
export function parentOf(record: RecordedDecision): string | null {
  if (!(chainOf(record).depth >= 1)) return null;
  const { parent_decision_id: parent } = Object(Object(record.input).ext) as { parent_decision_id?: unknown };
  return typeof parent === 'string' ? parent : null;
}

/** The node of a decision, with what its outcome's receipt says. */
export function nodeOf(
  record: RecordedDecision,
  outcome: Receipt['outcome'] | undefined,
  absent_parent: string | null,
  children: readonly ChainNode[],
): ChainNode {
  const { decision } = record;
  const { decision_id, timestamp, capability_id, worker_id, deny_code, supervisor_level } = decision;
  const before = chainOf(record).blast_score;
  const isDispatch = decision.outcome === 'DISPATCH' && !decision.dry_run;
  const blast_score = isDispatch ? Number(decision.blast_score ?? before) : before;
  return {
    decision_id,
    timestamp,
    capability_id,
    worker_id: worker_id ?? decision.escalation_context?.worker_id ?? null,
    outcome: decision.outcome,
    deny_code,
    supervisor_level: decision.outcome === 'STEWARD_HOLD' ? supervisor_level : null,
    blast_own: isDispatch ? blast_score - before : null,
    blast_score,
    status: outcome?.status ?? null,
    duration_ms: outcome?.duration_ms ?? null,
    absent_parent,
    children,
  };
}
