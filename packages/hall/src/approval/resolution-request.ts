import type { SupervisorLevel } from '@wcp/spec';
import type { PasskeyAssertion } from '@wcp/spec/hall';
import type { Approval } from './approval.ts';
import { misplaced } from './approval-problems.ts';

/** What a steward decides. */
export interface ResolutionRequest {
  readonly approval_id: string;
  readonly resolution: 'approve' | 'deny' | 'escalate';
  readonly reason?: string | null;
  /** At the supervisor levels `executor` and `incident_commander`: the result of the human's work. */
  readonly result?: unknown;
  /** With `escalate`: the supervisor level to go to (default: the next one). */
  readonly level?: SupervisorLevel;
  /** With `approve`: the assertion of a passkey. */
  readonly confirmation?: PasskeyAssertion;
}

/** Refuses what has no place in the resolution of this approval. @throws {ProblemError} `INVALID_BODY` */
export function refuseMisplaced(request: ResolutionRequest, { level }: Approval): void {
  const { resolution, result, confirmation } = request;
  const isDoneByHuman = resolution === 'approve' && level !== 'gatekeeper';
  if (result !== undefined && !isDoneByHuman) {
    throw misplaced(
      '/result',
      `Only the approval of a human's own work carries a result; the supervisor level here is ${level}.`,
    );
  }
  if (request.level !== undefined && resolution !== 'escalate') {
    throw misplaced(
      '/level',
      `Only an escalation names a supervisor level: "${resolution}" ends the hold at the level ${level}, where it is.`,
    );
  }
  if (confirmation !== undefined && resolution !== 'approve') {
    throw misplaced('/confirmation', 'Only an approval is confirmed with a passkey.');
  }
}
