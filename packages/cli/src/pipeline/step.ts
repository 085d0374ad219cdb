import type { RouteInput } from '@wcp/spec';
import type { DispatchAnswer } from '@wcp/spec/hall';
import { whyDenied } from '../print/decision.ts';
import type { PipelineCapability } from './worker-answers.ts';

/** One dispatch of the pipeline, as it is shown and reported to programs. */
export interface Step {
  readonly capability_id: PipelineCapability;
  readonly outcome: DispatchAnswer['decision']['outcome'];
  readonly deny_code: string | null;
  readonly worker_id: string | null;
  readonly decision_id: string | null;
  /** The blast score of this dispatch; 0 if nothing was dispatched. */
  readonly blast_own: number;
  /** The blast score of the dispatch chain up to and including it. */
  readonly blast_score: number;
  /** How the worker ended; null if none was started. */
  readonly status: string | null;
  /** From request to answer, including the Hall's own time. */
  readonly duration_ms: number;
  /** The result in a few words. */
  readonly said: string | null;
}

/** Makes the step of an answer. */
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

/** Why the pipeline stopped. */
export interface Stop {
  readonly kind: 'denied' | 'held' | 'failed';
  readonly capability_id: string;
  /** A deny code, `STEWARD_HOLD`, a delivery code, or a code of the worker's own. */
  readonly code: string;
  /** In plain words. */
  readonly message: string;
  /** The request and the answer, if the decision was not a dispatch. */
  readonly held: { readonly input: RouteInput; readonly answer: DispatchAnswer } | null;
}

/** Why the pipeline cannot continue with an answer; null if it can. */
export function stopOf(input: RouteInput, answer: DispatchAnswer, isReadable: boolean): Stop | null {
  const { decision, result, delivery_code, delivery_message } = answer;
  const { capability_id } = input;
  if (decision.outcome === 'DENY') {
    const code = decision.deny_code as string;
    const message = whyDenied(decision) ?? '';
    return { kind: 'denied', capability_id, code, message, held: { input, answer } };
  }
  if (decision.outcome === 'STEWARD_HOLD') {
    const code = decision.outcome;
    return { kind: 'held', capability_id, code, message: holdText(answer), held: { input, answer } };
  }
  if (delivery_code !== null) return failed(capability_id, delivery_code, delivery_message ?? '');
  const denial = result?.deny_reason ?? null;
  if (denial !== null) return failed(capability_id, denial.code, denialText(denial));
  if (isReadable && (result?.status === 'ok' || result?.status === 'partial')) return null;
  return failed(
    capability_id,
    'ANSWER_UNFIT',
    "The worker's answer does not fit this capability. Is it the right worker?",
  );
}

function failed(capability_id: string, code: string, message: string): Stop {
  return { kind: 'failed', capability_id, code, message, held: null };
}

function holdText({ decision }: DispatchAnswer): string {
  return `A steward of the supervisor level ${decision.supervisor_level} must approve it first.`;
}

/** The worker kit lists what is wrong with a request beside its code. */
function denialText(denial: { readonly message: string; readonly findings?: unknown }): string {
  const findings = Array.isArray(denial.findings) ? (denial.findings as unknown[]) : [];
  const found = findings.map((finding) => {
    const { path = '', message = '' } = Object(finding) as { path?: unknown; message?: unknown };
    return `${path || 'the request'}: ${message}`;
  });
  return [denial.message, ...found].join(' ');
}
