import type { KnownApproval } from '@wcp/hall';
import { WcpError, type WorkerResult } from '@wcp/spec';
import type { Caller, CallOutcome, GatewayCall, HeldOutcome } from '../base/gateway.ts';
import { isObject, ownMember } from '../base/members.ts';
import { approvedOutcome } from '../hold/approved-outcome.ts';
import { refused, refusedState } from '../hold/refusal.ts';
import { argumentsDigest, type RequestStates } from '../hold/request-state.ts';
import { callInput, type DispatchedCall, type ServerLabels } from './call-input.ts';
import { deniedOutcome, executedOutcome, type RefusalForm } from './decision-outcome.ts';
import type { Dispatched, HallPort } from './hall/hall-port.ts';

/** How a call that runs is reached while the Hall has it. */
interface CallLinks {
  /** Links a call to its correlation id until the function that it returns is called. */
  link(call: DispatchedCall, client: Pick<GatewayCall, 'signal' | 'onProgress'>): () => void;
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
  /** What becomes of the result (default: it is that of an MCP server, and passes as it is). */
  readonly outcomes?: ExecutionOutcomes;
}

/** How a call that ran ended, for its client. */
interface ExecutionOutcomes {
  executed(end: Pick<Dispatched, 'result' | 'delivery_code'>): CallOutcome;
  /** What a human did in the place of the worker. */
  answered(result: unknown): CallOutcome;
}

/** How long after its approval has expired the result of a held call can be read with its state. */
const STATE_LIVES_MS = 86_400_000;

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
      return client.request_state === undefined
        ? await this.#dispatch(caller, call, client)
        : await this.#read(caller, call, client.request_state);
    } catch (error) {
      if (!(error instanceof WcpError) || error.code !== 'ERR_WCP_MCP_REFUSED') throw error;
      return formOf(call)({
        code: 'HALL_REFUSED',
        message: `The Hall did not decide about this call: ${error.message} Nothing ran.`,
        remedy: 'Try again later; if that does not help, ask the operator.',
      });
    }
  }

  async #dispatch(caller: Caller, call: GovernedCall, client: GatewayCall): Promise<CallOutcome> {
    const { capability_id, correlation_id, request, labels } = call;
    const dispatched = { capability_id, correlation_id, request, tenant_id: caller.tenant_id };
    const unlink = this.#parts.links.link(dispatched, client);
    try {
      const answer = await this.#parts.hall.dispatch(caller, callInput(dispatched, labels), client.signal);
      return this.#outcomeOf(answer, caller, call);
    } finally {
      unlink();
    }
  }

  #outcomeOf(answer: Dispatched, caller: Caller, call: GovernedCall): CallOutcome {
    const { decision } = answer;
    if (decision.outcome === 'DENY') return deniedOutcome(decision, formOf(call));
    if (decision.outcome === 'DISPATCH') return outcomesOf(call).executed(answer);
    const { pending_approval_id, approval_expires_at } = decision;
    if (pending_approval_id === null || approval_expires_at === null)
      return deniedOutcome(decision, formOf(call));
    const held = this.#held(caller, call, pending_approval_id, approval_expires_at);
    const { approval_id, url } = held;
    this.#parts.onHeld({ approval_id, url, capability_id: call.capability_id });
    return held;
  }

  #held(caller: Caller, call: GovernedCall, approval_id: string, expires_at: string): HeldOutcome {
    const { hall, states } = this.#parts;
    const url = hall.url();
    // A call that was approved in the last moment has run: its result can be read for a while after that.
    const sealed_until = new Date(Date.parse(expires_at) + STATE_LIVES_MS).toISOString();
    return {
      kind: 'held',
      approval_id,
      url: url === null ? '' : new URL(`/approvals/${encodeURIComponent(approval_id)}`, url).href,
      expires_at,
      message: `A steward must approve this call of ${call.subject} first.`,
      request_state: states.seal({ ...boundTo(caller, call), approval_id, expires_at: sealed_until }),
    };
  }

  async #read(caller: Caller, call: GovernedCall, request_state: string): Promise<CallOutcome> {
    const reading = this.#parts.states.open(request_state, boundTo(caller, call));
    if (!reading.ok && reading.fault !== 'expired') return refusedState(reading.fault);
    const approval = await this.#parts.hall.approval(caller, reading.held.approval_id);
    // The state is genuine: a Hall that does not know its approval has lost its evidence, or is another one.
    if (approval === null || approval.capability_id !== call.capability_id) return refusedState('forged');
    if (!reading.ok && approval.state === 'approved') return refused(NO_LONGER_READ);
    const outcome = await approvedOutcome(approval, async () => resultOf(approval, call));
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

/** What a human did, in the form that the result of a tool has. */
function toolResult(result: unknown): unknown {
  if (Array.isArray(ownMember(result, 'content'))) return result;
  const text = typeof result === 'string' ? result : JSON.stringify(result);
  return { content: [{ type: 'text', text }], ...(isObject(result) && { structuredContent: result }) };
}

function outcomesOf(call: GovernedCall): ExecutionOutcomes {
  return (
    call.outcomes ?? {
      executed: (end) => executedOutcome(end, formOf(call)),
      answered: (result) => ({
        kind: 'result',
        result: call.form === undefined ? toolResult(result) : result,
      }),
    }
  );
}

/** The result of an approved dispatch, null while it runs: that of the worker, or of the human who did the work. */
function resultOf(approval: KnownApproval, call: GovernedCall): CallOutcome | null {
  const { result, level, has_ended, delivery_code } = approval;
  if (!has_ended) return null;
  if (level !== 'gatekeeper') return outcomesOf(call).answered(result);
  // What the Hall keeps of a gatekeeper's approval is what the delivery gave it.
  return outcomesOf(call).executed({ result: result as WorkerResult | null, delivery_code });
}
