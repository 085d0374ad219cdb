import { WcpError, type WcpErrorCode } from '@wcp/spec';
import type { Caller, CallOutcome, GatewayCall, HeldOutcome } from '../base/gateway.ts';
import { ownMember } from '../base/members.ts';
import { isTask } from '../base/tasks-extension.ts';
import { approvedOutcome } from '../hold/approved-outcome.ts';
import type { PassedStates } from '../hold/passed-state.ts';
import { refused, refusedState } from '../hold/refusal.ts';
import { argumentsDigest, type RequestStates } from '../hold/request-state.ts';
import type { TaskIds } from '../hold/task-ids.ts';
import { pageOf, STATE_LIVES_MS } from './approval-page.ts';
import { callInput, type DispatchedCall, nextCorrelation, type ServerLabels } from './call-input.ts';
import type { ClientAsks } from './client-asks.ts';
import { type Continuation, continuationOf, inputRequired, sealedResult } from './continued-call.ts';
import { deniedOutcome, type RefusalForm, unknownDecision } from './decision-outcome.ts';
import { approvalResult, type ExecutionOutcomes, toolOutcomes } from './execution-outcomes.ts';
import type { Dispatched, HallPort } from './hall/hall-port.ts';

/** How a call that runs is reached while the Hall has it. */
interface CallLinks {
  /** Links a call to its correlation id until the function that it returns is called. */
  link(call: DispatchedCall, client: GatewayCall): () => void;
}

/** A held call, for whoever tells the steward. */
export interface HeldNotice {
  readonly approval_id: string;
  readonly url: string;
  readonly capability_id: string;
}

/** What calls are governed with. */
export interface GovernedCallParts {
  readonly hall: HallPort;
  readonly states: RequestStates;
  readonly passedStates: PassedStates;
  /** Decides about what servers ask the clients of their calls for. */
  readonly asks: ClientAsks;
  readonly taskIds: TaskIds;
  readonly links: CallLinks;
  readonly onHeld: (notice: HeldNotice) => void;
}

/** A call of a caller. */
export interface GovernedCall extends Omit<DispatchedCall, 'tenant_id'> {
  readonly labels: ServerLabels;
  /** What the state of a held call is bound to: the name of the tool, or the method. */
  readonly subject: string;
  readonly arguments: unknown;
  readonly form?: RefusalForm;
  /** The server whose tasks the call may become; absent where it becomes none. */
  readonly alias?: string;
  /** What becomes of the result (default: it is that of an MCP server, and passes as it is). */
  readonly outcomes?: ExecutionOutcomes;
}

/** A Hall elsewhere that gave no answer that can be read. */
const LOST: ReadonlySet<string> = new Set<WcpErrorCode>([
  'ERR_WCP_HALL_UNREACHABLE',
  'ERR_WCP_HALL_TIMEOUT',
  'ERR_WCP_HALL_ANSWER',
  'ERR_WCP_NOT_A_HALL',
]);
const HALL_LOST = {
  code: 'HALL_LOST',
  message: 'The Hall gave no answer, and nobody knows whether the tool ran.',
  remedy:
    'Find out what has changed before you call it again: nothing is repeated by itself. The receipts of the Hall say whether it ran.',
};

/** What ran is not told to have run never. */
const NO_LONGER_READ = {
  code: 'RESULT_EXPIRED',
  message: 'This call was approved and has run; the time in which its result could be read is over.',
  remedy: 'Find out what has changed before you call the tool again, which would be a new call.',
} as const;

/** Has calls decided by the Hall. Nothing is called in any other way. */
export class GovernedCalls {
  readonly #parts: GovernedCallParts;

  constructor(parts: GovernedCallParts) {
    this.#parts = parts;
  }

  /** Decides and executes, or reads what came of a call that was held. */
  async run(caller: Caller, call: GovernedCall, client: GatewayCall): Promise<CallOutcome> {
    try {
      const { request_state } = client;
      const isHeld = request_state !== undefined && !this.#parts.passedStates.claims(request_state);
      return isHeld
        ? await this.#answered(caller, call, client, await this.#read(caller, call, request_state))
        : await this.#start(caller, call, client);
    } catch (error) {
      if (!(error instanceof WcpError)) throw error;
      if (LOST.has(error.code)) return formOf(call)(HALL_LOST);
      if (error.code !== 'ERR_WCP_MCP_REFUSED') throw error;
      return formOf(call)({
        code: 'HALL_REFUSED',
        message: `The Hall did not decide about this call: ${error.message} Nothing ran.`,
        remedy: 'Try again later; if that does not help, ask the operator.',
      });
    }
  }

  /** Begins a call, or goes on with one whose server asked for something. */
  async #start(caller: Caller, call: GovernedCall, client: GatewayCall): Promise<CallOutcome> {
    const continued = continuationOf(client, this.#parts.passedStates, boundTo(caller, call));
    if (!continued.ok) return continued.outcome;
    const outcome = await this.#dispatch(caller, call, client, continued.given);
    return this.#answered(caller, call, client, outcome);
  }

  /**
   * An outcome in which the server asks for nothing any more, or the client is to call again. A client that can be asked
   * at once is, and each further round is a call of its own.
   */
  async #answered(
    caller: Caller,
    call: GovernedCall,
    client: GatewayCall,
    first: CallOutcome,
  ): Promise<CallOutcome> {
    const { asks, passedStates } = this.#parts;
    let outcome = first;
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const result = inputRequired(outcome);
      if (result === null) return outcome;
      const answers = await asks.answers(caller, call, client, result['inputRequests']).catch(() => null);
      if (answers === null) return formOf(call)(NOT_ANSWERED);
      if (client.ask === undefined) return sealedResult(result, passedStates, boundTo(caller, call));
      const { requestState: state } = result;
      const given = { input_responses: answers, ...(typeof state === 'string' && { request_state: state }) };
      const next = { ...call, correlation_id: nextCorrelation(call.correlation_id) };
      outcome = await this.#dispatch(caller, next, client, given);
    }
    return formOf(call)(NOT_ANSWERED);
  }

  async #dispatch(
    caller: Caller,
    call: GovernedCall,
    client: GatewayCall,
    given: Continuation,
  ): Promise<CallOutcome> {
    const { capability_id, correlation_id, labels } = call;
    // A worker gets its arguments alone: what a client answers a server with must not be among them.
    const request = call.outcomes === undefined ? { ...call.request, ...given } : call.request;
    const dispatched = { capability_id, correlation_id, request, tenant_id: caller.tenant_id };
    const unlink = this.#parts.links.link(dispatched, this.#parts.asks.decided(caller, call, client));
    try {
      const answer = await this.#parts.hall.dispatch(caller, callInput(dispatched, labels), client);
      return this.#outcomeOf(answer, caller, call);
    } finally {
      unlink();
    }
  }

  #outcomeOf(answer: Dispatched, caller: Caller, call: GovernedCall): CallOutcome {
    const { decision } = answer;
    if (decision.outcome === 'DENY') return deniedOutcome(decision, formOf(call));
    if (decision.outcome === 'DISPATCH')
      return this.#ownTask(outcomesOf(call).executed(answer), caller, call);
    const { pending_approval_id, approval_expires_at } = decision;
    if (typeof pending_approval_id !== 'string' || typeof approval_expires_at !== 'string')
      return unknownDecision(decision, formOf(call));
    const held = this.#held(caller, call, pending_approval_id, approval_expires_at);
    const { approval_id, url } = held;
    this.#parts.onHeld({ approval_id, url, capability_id: call.capability_id });
    return held;
  }

  /** A task of the server under an id that its own tenant alone can use. */
  #ownTask(outcome: CallOutcome, { tenant_id }: Caller, call: GovernedCall): CallOutcome {
    if (outcome.kind !== 'result' || !isTask(outcome.result)) return outcome;
    const { alias, capability_id, correlation_id } = call;
    const task_id = ownMember(outcome.result, 'taskId');
    if (alias === undefined || typeof task_id !== 'string' || task_id.length > MAX_TASK_ID) return NO_TASK;
    const expires_at = new Date(Date.now() + TASK_LIVES_MS).toISOString();
    const bound = { tenant_id, capability_id, correlation_id, expires_at };
    const task = { kind: 'server', ...bound, alias, task_id } as const;
    return { kind: 'result', result: { ...Object(outcome.result), taskId: this.#parts.taskIds.seal(task) } };
  }

  #held(caller: Caller, call: GovernedCall, approval_id: string, expires_at: string): HeldOutcome {
    const { hall, states, taskIds } = this.#parts;
    const { tenant_id } = caller;
    const { capability_id } = call;
    const url = hall.url();
    // A call that was approved in the last moment has run: its result can be read for a while after that.
    const sealed_until = new Date(Date.parse(expires_at) + STATE_LIVES_MS).toISOString();
    return {
      kind: 'held',
      approval_id,
      url: url === null ? '' : pageOf(url, approval_id),
      expires_at,
      message: `A steward must approve this call of ${call.subject} first.`,
      request_state: states.seal({ ...boundTo(caller, call), approval_id, expires_at: sealed_until }),
      task_id: taskIds.seal({
        kind: 'held',
        tenant_id,
        capability_id,
        approval_id,
        expires_at: sealed_until,
      }),
    };
  }

  async #read(caller: Caller, call: GovernedCall, request_state: string): Promise<CallOutcome> {
    const reading = this.#parts.states.open(request_state, boundTo(caller, call));
    if (!reading.ok && reading.fault !== 'expired') return refusedState(reading.fault);
    const approval = await this.#parts.hall.approval(caller, reading.held.approval_id);
    // The state is genuine: a Hall that does not know its approval has lost its evidence, or is another one.
    if (approval === null || approval.capability_id !== call.capability_id) return refusedState('forged');
    if (!reading.ok && approval.state === 'approved') return refused(NO_LONGER_READ);
    const outcome = await approvedOutcome(approval, async () => approvalResult(approval, outcomesOf(call)));
    if (outcome !== null) return outcome;
    return reading.ok
      ? this.#held(caller, call, approval.approval_id, approval.expires_at)
      : refusedState('expired');
  }
}

function boundTo({ tenant_id }: Caller, { subject, arguments: given }: GovernedCall) {
  return { tenant_id, subject, arguments_digest: argumentsDigest(given) };
}

function formOf({ form = refused }: GovernedCall): RefusalForm {
  return form;
}

function outcomesOf({ outcomes, form }: GovernedCall): ExecutionOutcomes {
  return outcomes ?? toolOutcomes(form);
}

/** Rounds in which a server may ask a client that answers at once. */
const MAX_ROUNDS = 8;
const NOT_ANSWERED = {
  code: 'MCP_INPUT_REFUSED',
  message:
    'The server asked its client for something that was not answered: it has not done what it was asked.',
  remedy: 'Whether its requests pass is in the rules of the Hall; ask the operator.',
};
/** How long a server's task can be asked for at most; how long it keeps one is its own word. */
const TASK_LIVES_MS = 30 * 86_400_000;
const MAX_TASK_ID = 1_024;
const NO_TASK = refused({
  code: 'MCP_TASK_REFUSED',
  message: 'The tool began a task that nobody can follow from here; what comes of it is not known.',
  remedy: 'Find out what has changed before you call it again: nothing is repeated by itself.',
});
