import type { Passage } from './answer-question.ts';
import type { CheckedEvidence } from './check-evidence.ts';
import type { PipelineHall } from './hall/pipeline-hall.ts';
import type { Step, Stop } from './step.ts';

/** The result of a run. */
export interface PipelineReport {
  readonly ok: boolean;
  readonly env: string;
  readonly profile: string | null;
  readonly correlation_id: string;
  readonly blast_score: number;
  readonly steps: readonly Step[];
  readonly question: {
    readonly text: string;
    readonly correlation_id: string;
    readonly steps: readonly Step[];
    readonly passages: readonly Passage[];
  } | null;
  /** Why it stopped; null if it succeeded. */
  readonly stop: (Omit<Stop, 'held'> & { readonly pending_approval_id: string | null }) | null;
  readonly evidence: CheckedEvidence;
  /** The folder of the pipeline's own Hall if it is kept, and its first keys if they were created now. */
  readonly hall: string | null;
  readonly keys: PipelineHall['keys'];
}
