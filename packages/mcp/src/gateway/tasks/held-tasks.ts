import type { KnownApproval } from '@wcp/hall';
import type { Caller, CallOutcome, TaskCall } from '../../base/gateway.ts';
import { type Members, ownMember } from '../../base/members.ts';
import { approvedOutcome, isWithdrawn } from '../../hold/approved-outcome.ts';
import { refusalResult } from '../../hold/refusal.ts';
import type { HeldTask } from '../../hold/task-ids.ts';
import { pageOf, STATE_LIVES_MS } from '../approval-page.ts';
import { approvalResult, type ExecutionOutcomes } from '../execution-outcomes.ts';
import type { HallPort } from '../hall/hall-port.ts';

/** What a client said about the page of an approval. */
type Word = 'answered' | 'cancelled';

const POLL_MS = 1_000;
const MAX_WORDS = 4_096;
const PAGE = 'approval';

/** Held calls as tasks: what they are now is what the Hall says of their approvals. */
export class HeldTasks {
  readonly #hall: HallPort;
  readonly #outcomesOf: (capability_id: string) => ExecutionOutcomes;
  /** By approval; in memory alone: after a restart, the client is asked again to open the page. */
  readonly #words = new Map<string, Word>();

  /** @param outcomesOf what becomes of the results of a capability */
  constructor(hall: HallPort, outcomesOf: (capability_id: string) => ExecutionOutcomes) {
    this.#hall = hall;
    this.#outcomesOf = outcomesOf;
  }

  /** The task as it is now; null where the Hall does not know its approval. */
  async get(caller: Caller, id: string, task: HeldTask, call: TaskCall): Promise<Members | null> {
    const approval = await this.#approvalOf(caller, task);
    if (approval === null) return null;
    const shared = {
      taskId: id,
      createdAt: approval.created_at,
      lastUpdatedAt: approval.history.at(-1)?.at ?? approval.created_at,
      ttlMs: Date.parse(approval.expires_at) + STATE_LIVES_MS - Date.parse(approval.created_at),
      pollIntervalMs: POLL_MS,
    };
    if (isWithdrawn(approval)) return { ...shared, ...CANCELLED };
    const outcomes = this.#outcomesOf(approval.capability_id);
    const outcome = await approvedOutcome(approval, async () => approvalResult(approval, outcomes));
    if (outcome !== null) return { ...shared, ...ended(outcome) };
    if (approval.state === 'pending') return { ...shared, ...this.#waiting(approval, call) };
    return { ...shared, status: 'working', statusMessage: 'A steward approved this call. It runs now.' };
  }

  /** Whatever the client says of the page: only the Hall knows whether the call was approved. */
  async answer(caller: Caller, task: HeldTask, answers: Members): Promise<boolean> {
    if ((await this.#approvalOf(caller, task)) === null) return false;
    if (Object.hasOwn(answers, PAGE)) this.#note(task.approval_id, 'answered');
    return true;
  }

  /** Takes the call back, so that no steward is asked for it; where the Hall does not let it go, the task says so. */
  async cancel(caller: Caller, task: HeldTask): Promise<boolean> {
    if ((await this.#approvalOf(caller, task)) === null) return false;
    const isWithdrawn = await this.#hall.withdraw(caller, task.approval_id);
    if (!isWithdrawn) this.#note(task.approval_id, 'cancelled');
    return true;
  }

  async #approvalOf(caller: Caller, { approval_id, capability_id }: HeldTask): Promise<KnownApproval | null> {
    const approval = await this.#hall.approval(caller, approval_id);
    return approval?.capability_id === capability_id ? approval : null;
  }

  #waiting({ approval_id, expires_at }: KnownApproval, { can_open_pages }: TaskCall): Members {
    const word = this.#words.get(approval_id);
    const hall_url = this.#hall.url();
    const url = hall_url === null ? null : pageOf(hall_url, approval_id);
    const where = url === null ? `approval ${approval_id}` : url;
    const statusMessage =
      word === 'cancelled'
        ? `Nothing has run. The request for approval stays: a steward may still decide until ${expires_at}, and what is approved then runs. Ask the steward to deny it: ${where}`
        : `A steward must approve this call before ${expires_at}; nothing has run yet: ${where}`;
    if (url === null || can_open_pages !== true || word !== undefined)
      return { status: 'working', statusMessage };
    const params = { mode: 'url', message: 'A steward must approve this call first.', url };
    const inputRequests = { [PAGE]: { method: 'elicitation/create', params } };
    return { status: 'input_required', statusMessage, inputRequests };
  }

  #note(approval_id: string, word: Word): void {
    if (this.#words.get(approval_id) === 'cancelled') return;
    this.#words.set(approval_id, word);
    const [oldest] = this.#words.keys();
    if (this.#words.size > MAX_WORDS && oldest !== undefined) this.#words.delete(oldest);
  }
}

const CANCELLED: Members = {
  status: 'cancelled',
  statusMessage: 'This call was taken back before a steward decided; nothing ran.',
};

/** A refusal is a result like any other: only an error of the protocol is a failure. */
function ended(outcome: CallOutcome): Members {
  if (outcome.kind === 'result') return { status: 'completed', result: readable(outcome.result) };
  if (outcome.kind === 'held') return { status: 'working' };
  const { code, message, data } = outcome;
  const error = { code, message, ...(data !== undefined && { data }) };
  return { status: 'failed', statusMessage: 'The server answered with an error.', error };
}

/** A call that ran while nobody waited has nobody who answers what its tool asks for. */
function readable(result: unknown): unknown {
  const asks = ownMember(result, 'resultType') === 'input_required';
  return asks ? refusalResult(INPUT_REFUSED) : result;
}

const INPUT_REFUSED = {
  code: 'MCP_INPUT_REFUSED',
  message: 'The approved call asked its client for something, and a task has no place for that.',
  remedy: 'Call the tool again from a client that does not take tasks, or with all that the tool needs.',
};
