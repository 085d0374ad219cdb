import type { DispatchAnswer } from '../client/wire.ts';
import type { PipelineCapability } from './worker-answers.ts';

/** One dispatch of the pipeline, as it is shown and told to programs. */
export interface Step {
  readonly capability_id: PipelineCapability;
  readonly outcome: DispatchAnswer['decision']['outcome'];
  readonly deny_code: string | null;
  readonly worker_id: string | null;
  readonly decision_id: string | null;
  /** What this dispatch spent; 0 where nothing was dispatched. */
  readonly blast_own: number;
  /** What the chain has spent with it. */
  readonly blast_score: number;
  /** How the worker ended; null where none was started. */
  readonly status: string | null;
  /** From the question to the answer, the Hall's part included. */
  readonly duration_ms: number;
  /** What came of it, in half a sentence. */
  readonly said: string | null;
}

/** The step of an answer. */
export function stepOf(
  capability_id: PipelineCapability,
  { decision, outcome_receipt }: DispatchAnswer,
  duration_ms: number,
  said: string | null,
  before: number,
): Step {
  const { outcome, deny_code, worker_id, decision_id } = decision;
  const blast_score = outcome === 'DISPATCH' ? (decision.blast_score ?? before) : before;
  return {
    capability_id,
    outcome,
    deny_code,
    worker_id,
    decision_id,
    blast_own: blast_score - before,
    blast_score,
    status: outcome_receipt?.outcome?.status ?? null,
    duration_ms,
    said,
  };
}
