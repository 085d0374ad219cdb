import { setTimeout as sleep } from 'node:timers/promises';
import type { Worker } from '@wcp/worker-kit';
import { type CallOutcome, denied, type HeldOutcome } from '../base/call-outcome.ts';
import type { HallPort, KnownApproval } from '../hall/hall-port.ts';
import { PendingCall, type PendingCalls } from '../run/pending-calls.ts';
import { approvalOutcome } from './dispatch-outcome.ts';
import type { ResumeOptions } from './governor.ts';
import { refusalOf } from './refusal.ts';

/** What held calls are kept with. */
export interface HeldCallsParts {
  readonly hall: HallPort;
  readonly pending: PendingCalls;
  readonly closed: AbortSignal;
}

interface KeptCall {
  /** More than one where several calls of one idempotency key are held as one. */
  readonly calls: readonly PendingCall[];
  /** Lets go of it. */
  over(): void;
}

const POLL_MS = 250;
/** Milliseconds for which a Hall offers what was approved in the last moment. */
const OFFERED_MS = 60_000;
const MAX_TIMER = 2 ** 31 - 1;

/** The calls of this process that wait for a steward: each runs here once it is approved. */
export class HeldCalls {
  readonly #parts: HeldCallsParts;
  readonly #kept = new Map<string, KeptCall>();

  constructor(parts: HeldCallsParts) {
    this.#parts = parts;
  }

  /** Keeps the way of a call open until it has run, or can no longer be approved. */
  keep(
    { approval_id, expires_at }: Pick<HeldOutcome, 'approval_id' | 'expires_at'>,
    call: PendingCall,
    over: () => void,
  ) {
    const left = Math.min(MAX_TIMER, Math.max(0, Date.parse(expires_at) - Date.now()) + OFFERED_MS);
    const timer = setTimeout(() => this.#drop(approval_id), left);
    timer.unref();
    const before = this.#kept.get(approval_id);
    this.#kept.set(approval_id, {
      calls: [...(before?.calls ?? []), call],
      over: () => {
        clearTimeout(timer);
        over();
        before?.over();
      },
    });
  }

  /** Ends a held call, here and at the Hall, so that no steward is asked for it any more. */
  async withdraw(approval_id: string, workers: readonly Worker[]): Promise<CallOutcome> {
    const isWithdrawn = this.#withdrawn(approval_id);
    const hasStarted = this.#kept.has(approval_id) && !isWithdrawn;
    if (!hasStarted && (await this.#takeBack(approval_id))) return denied('CALL_WITHDRAWN');
    if (isWithdrawn) return denied('CALL_WITHDRAWN');
    // One that an earlier process made, at a Hall that takes nothing back, is withdrawn by taking it over.
    const outcome = await this.#read(approval_id, workers, {});
    return outcome.kind === 'held' && this.#withdrawn(approval_id) ? denied('CALL_WITHDRAWN') : outcome;
  }

  /** Takes a call back from the Hall once nobody in this process wants it any more; never rejects. */
  async leave(approval_id: string): Promise<void> {
    const { calls = [] } = this.#kept.get(approval_id) ?? {};
    if (calls.every((call) => call.isWithdrawn)) await this.#takeBack(approval_id);
  }

  /** Where the Hall does not take it back, its way stays open here, so that a late approval is refused at once. */
  async #takeBack(approval_id: string): Promise<boolean> {
    try {
      await this.#parts.hall.withdraw(approval_id);
      this.#drop(approval_id);
      return true;
    } catch {
      return false;
    }
  }

  #withdrawn(approval_id: string): boolean {
    const { calls = [] } = this.#kept.get(approval_id) ?? {};
    return calls.length > 0 && calls.map((call) => call.withdraw()).every(Boolean);
  }

  /** What came of a held call. */
  async resume(
    approval_id: string,
    workers: readonly Worker[],
    options: ResumeOptions,
  ): Promise<CallOutcome> {
    const until = performance.now() + (options.wait_ms ?? 0);
    const signal = AbortSignal.any([this.#parts.closed, ...(options.signal ? [options.signal] : [])]);
    for (;;) {
      const outcome = await this.#read(approval_id, workers, options);
      if (outcome.kind !== 'held' || performance.now() >= until || signal.aborted) return outcome;
      await sleep(POLL_MS, undefined, { signal }).catch(() => {});
    }
  }

  async #read(approval_id: string, workers: readonly Worker[], options: ResumeOptions): Promise<CallOutcome> {
    const { hall } = this.#parts;
    const { calls = [] } = this.#kept.get(approval_id) ?? {};
    if (calls.length > 0 && calls.every((call) => call.isWithdrawn)) return denied('CALL_WITHDRAWN');
    try {
      const approval = await hall.approval(approval_id);
      if (approval === null) return denied('APPROVAL_UNKNOWN');
      if (mayStillRun(approval)) this.#takeOver(approval, workers, options);
      const call = this.#kept.get(approval_id)?.calls.find(({ hasStarted }) => hasStarted);
      const run = { ran: call === undefined ? null : true, isAborted: false, error: call?.error };
      const outcome = approvalOutcome(approval, run, hall.url);
      if (outcome.kind !== 'held') this.#drop(approval_id);
      return outcome;
    } catch (error) {
      return refusalOf(error);
    }
  }

  /** A call that an earlier process made runs here from now on, if it has not run. */
  #takeOver(approval: KnownApproval, workers: readonly Worker[], { context }: ResumeOptions): void {
    const { approval_id, correlation_id, capability_id, input } = approval;
    const worker = workers.find(({ record }) => record.worker_id === capability_id);
    if (this.#kept.has(approval_id) || worker === undefined) return;
    const { hall, pending, closed } = this.#parts;
    const { request = {} } = input as { readonly request?: unknown };
    const call = new PendingCall({ worker_id: capability_id, correlation_id, request }, context, closed);
    pending.add(call);
    const lane = hall.carry(worker, correlation_id);
    // Where it cannot be reached, the next reading says so.
    lane.ready.catch(() => {});
    this.keep(approval, call, () => {
      lane.stop();
      pending.remove(call);
    });
  }

  #drop(approval_id: string): void {
    this.#kept.get(approval_id)?.over();
    this.#kept.delete(approval_id);
  }
}

/** Also one that was approved: the Hall offers it until its deadline, and to one process alone. */
function mayStillRun({ state, has_ended }: KnownApproval): boolean {
  return state === 'pending' || (state === 'approved' && !has_ended);
}
