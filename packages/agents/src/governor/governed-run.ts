import { setTimeout as sleep } from 'node:timers/promises';
import type { Worker } from '@wcp/worker-kit';
import { AGENT_CODES, type CallOutcome, denied } from '../base/call-outcome.ts';
import type { Dispatched, HallPort, Lane } from '../hall/hall-port.ts';
import { PendingCall, type PendingCalls } from '../run/pending-calls.ts';
import { dispatchOutcome } from './dispatch-outcome.ts';
import type { CallOptions } from './governor.ts';
import type { HeldCalls } from './held-calls.ts';
import { refusalOf } from './refusal.ts';

/** What one call works with. */
export interface GovernedRunParts {
  readonly hall: HallPort;
  readonly worker: Worker;
  readonly input: { readonly correlation_id: string; readonly request: unknown };
  readonly options: CallOptions;
  /** Aborts the call. */
  readonly signal: AbortSignal;
  readonly decision_timeout_ms: number;
}

/** Milliseconds in which the Hall must have made an outcome durable once the tool has ended. */
const CONFIRM_MS = 15_000;

/** How far a call has come: what came first. */
type Step =
  | { readonly kind: 'answered'; readonly answer: Dispatched }
  | { readonly kind: 'broken'; readonly error: unknown }
  | { readonly kind: 'started' | 'late' | 'aborted' | 'unconfirmed' };

/** One call, until it has an outcome. */
export class GovernedRun {
  readonly #parts: GovernedRunParts;
  readonly #pending: PendingCall;
  /** Ends the run of the tool. */
  readonly #stop = new AbortController();
  /** Ends the dispatch. */
  readonly #leave = new AbortController();

  constructor(parts: GovernedRunParts) {
    this.#parts = parts;
    const { worker, input, options } = parts;
    const { correlation_id, request } = input;
    const key = { worker_id: worker.record.worker_id, correlation_id, request };
    this.#pending = new PendingCall(key, options.context, this.#stop.signal);
  }

  /** What is withdrawn, or ends without an answer, never begins here any more. */
  async carryOut(calls: PendingCalls, held: HeldCalls): Promise<CallOutcome> {
    const { hall, worker, input, signal } = this.#parts;
    calls.add(this.#pending);
    const lane = hall.carry(worker, input.correlation_id);
    const answering = this.#dispatch(lane);
    const stop = () => this.#stop.abort(signal.reason);
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
    const ended = new AbortController();
    const over = () => {
      lane.stop();
      calls.remove(this.#pending);
      ended.abort();
    };
    const outcome = await this.#settle(answering);
    signal.removeEventListener('abort', stop);
    // Until the Hall has answered, a call that was withdrawn is refused if it comes; one that it holds, as long as it may.
    void answering.then((last) => {
      const late = last.kind === 'answered' ? this.#outcomeOf(last.answer) : outcome;
      if (late.kind !== 'held') return over();
      held.keep(late, this.#pending, over);
      if (outcome.kind === 'held') this.#whenAborted(late.approval_id, held, ended.signal);
      // Whoever called has been told that nothing runs.
      else void held.leave(late.approval_id);
    });
    return outcome;
  }

  /** Whoever aborts a call that is held wants it no more; an agent that only ends may go on with it later. */
  #whenAborted(approval_id: string, held: HeldCalls, over: AbortSignal): void {
    const { signal, options } = this.#parts;
    const withdraw = () => {
      this.#pending.withdraw();
      if (options.signal?.aborted === true) void held.leave(approval_id);
    };
    if (signal.aborted) withdraw();
    else signal.addEventListener('abort', withdraw, { signal: over });
  }

  async #dispatch(lane: Lane): Promise<Step> {
    const { hall, input, options } = this.#parts;
    const { idempotency_key } = options;
    try {
      await lane.ready;
      const { signal } = this.#leave;
      const answer = await hall.dispatch(input, {
        signal,
        ...(idempotency_key !== undefined && { idempotency_key }),
      });
      return { kind: 'answered', answer };
    } catch (error) {
      return { kind: 'broken', error };
    }
  }

  async #settle(answering: Promise<Step>): Promise<CallOutcome> {
    const { decision_timeout_ms } = this.#parts;
    const decided = new AbortController();
    const first = await Promise.race([
      answering,
      this.#pending.started.then((): Step => ({ kind: 'started' })),
      whenAborted(this.#stop.signal),
      after(decision_timeout_ms, 'late', decided.signal),
    ]);
    decided.abort();
    if (first.kind === 'answered') return this.#outcomeOf(first.answer);
    if (this.#pending.withdraw()) {
      if (first.kind === 'broken') return refusalOf(first.error);
      return first.kind === 'late' ? denied('HALL_LATE') : this.#failed('CALL_ABORTED', false);
    }
    return this.#settleStarted(first.kind === 'broken' ? Promise.resolve(first) : answering);
  }

  /** The tool has begun: how it ended is what the Hall has made durable. */
  async #settleStarted(answering: Promise<Step>): Promise<CallOutcome> {
    const unconfirmed = this.#pending.ended.then(() => after(CONFIRM_MS, 'unconfirmed'));
    const last = await Promise.race([answering, unconfirmed]);
    if (last.kind === 'answered') return this.#outcomeOf(last.answer);
    // What it does from now on counts for nothing.
    this.#stop.abort();
    this.#leave.abort();
    return this.#failed('HALL_LOST', true);
  }

  #outcomeOf(answer: Dispatched): CallOutcome {
    const { hall, options } = this.#parts;
    const { hasStarted, error } = this.#pending;
    // With a key it may have run in an earlier call of that name.
    const ran = hasStarted ? true : options.idempotency_key === undefined ? false : null;
    return dispatchOutcome(answer, { ran, isAborted: this.#stop.signal.aborted, error }, hall.url);
  }

  #failed(code: 'CALL_ABORTED' | 'HALL_LOST', ran: boolean): CallOutcome {
    const { error } = this.#pending;
    const { message } = AGENT_CODES[code];
    return { kind: 'failed', code, message, ran, ...(error !== undefined && { error }), decision_id: null };
  }
}

function whenAborted(signal: AbortSignal): Promise<Step> {
  return new Promise((resolve) => {
    const tell = () => resolve({ kind: 'aborted' });
    if (signal.aborted) tell();
    else signal.addEventListener('abort', tell, { once: true });
  });
}

/** Settles sooner where nobody waits any more. */
async function after(ms: number, kind: 'late' | 'unconfirmed', over?: AbortSignal): Promise<Step> {
  await sleep(ms, undefined, { ref: false, signal: over }).catch(() => {});
  return { kind };
}
