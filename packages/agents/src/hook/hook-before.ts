import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createHallClient, type HallClient } from '@wcp/client';
import { sha256, type WorkerContext } from '@wcp/spec';
import { type CallOutcome, denied, type HeldOutcome } from '../base/call-outcome.ts';
import { plainJson } from '../base/plain-json.ts';
import { approvalOutcome, dispatchOutcome } from '../governor/dispatch-outcome.ts';
import { refusalOf } from '../governor/refusal.ts';
import { enrolTool } from '../hall/enrol-tool.ts';
import { FollowedKey } from '../hall/followed-key.ts';
import { PermitCheck } from '../run/admit-call.ts';
import { toolRecord } from '../tool/tool-record.ts';
import type { HookCalls } from './hook-calls.ts';
import type { HookClient, HookedCall } from './hook-clients.ts';
import type { HookSettings } from './hook-settings.ts';

/** What a hook works with. */
export interface HookParts {
  readonly client: HookClient;
  readonly settings: HookSettings;
  readonly calls: HookCalls;
}

/** The outcome of a call before it runs: `started`, or why it does not run. */
export type BeforeOutcome = { readonly kind: 'started' } | CallOutcome;

const NOT_RUN = { ran: false, isAborted: false, error: undefined } as const;
const POLL_MS = 500;
/** Milliseconds that one request waits for the call: after each, it is seen whether there is still time. */
const CLAIM_MS = 1_000;

/** Has the Hall decide about a call of a coding agent, and starts it there. The agent then runs it. */
export async function beforeCall(parts: HookParts, call: HookedCall): Promise<BeforeOutcome> {
  try {
    return await new StartingCall(parts, call).start();
  } catch (error) {
    return refusalOf(error);
  }
}

/** One call on its way to its start. */
class StartingCall {
  readonly #parts: HookParts;
  readonly #call: HookedCall;
  readonly #tenant: HallClient;
  readonly #owner: HallClient;
  readonly #over = new AbortController();
  #correlation_id = `hook-${randomUUID()}`;
  /** Until when its call is waited for, by `performance.now()`. */
  #until = 0;

  constructor(parts: HookParts, call: HookedCall) {
    this.#parts = parts;
    this.#call = call;
    const { url, key, worker_key, timeout_ms, hold_wait_ms } = parts.settings;
    // Whoever takes longer than the agent leaves its hooks has not answered, and the tool runs.
    const limit = AbortSignal.timeout(timeout_ms + hold_wait_ms);
    const signal = AbortSignal.any([this.#over.signal, limit]);
    this.#tenant = createHallClient({ url, key, timeout_ms, signal });
    this.#owner = createHallClient({ url, key: worker_key, timeout_ms, signal });
  }

  async start(): Promise<BeforeOutcome> {
    const { client, calls, settings } = this.#parts;
    if (await calls.has(client, this.#call)) return denied('CALL_REPEATED');
    const record = this.#record();
    const { worker_id } = record;
    await enrolTool(this.#owner, record, settings);
    const waiting = await this.#waiting();
    if (waiting !== null) this.#correlation_id = waiting.correlation_id;
    this.#until = performance.now() + settings.timeout_ms;
    try {
      await this.#claim(worker_id, 0);
      const claiming = this.#claimed(worker_id);
      return waiting === null
        ? await this.#decide(worker_id, claiming)
        : await this.#awaitSteward(claiming, waiting);
    } finally {
      this.#over.abort();
    }
  }

  #record() {
    const { client, settings } = this.#parts;
    const { tool } = this.#call;
    const { authority, agent = client, env, tools } = settings;
    const { blast_radius } = Object.hasOwn(tools, tool) ? (tools[tool] ?? {}) : {};
    const described = { name: tool, ...(blast_radius !== undefined && { blast_radius }), run: () => null };
    return toolRecord(described, { authority, agent, environments: [env] }, new Date().toISOString());
  }

  /** An equal call that was held before and that can still be approved. */
  async #waiting(): Promise<(HeldOutcome & { readonly correlation_id: string }) | null> {
    const { client, calls } = this.#parts;
    const note = await calls.waiting(client, this.#call);
    if (note === null) return null;
    const outcome = await this.#approval(note.approval_id);
    if (outcome.kind === 'held') return { ...outcome, correlation_id: note.correlation_id };
    await calls.forgetWaiting(client, this.#call);
    return null;
  }

  async #decide(worker_id: string, claiming: Promise<BeforeOutcome | null>): Promise<BeforeOutcome> {
    const { client, calls } = this.#parts;
    const answering = this.#dispatch(worker_id);
    const first = await firstOf([claiming, answering]);
    if (first === null) return denied('HALL_LATE');
    if (first.kind !== 'held') return first;
    const { approval_id } = first;
    await calls.keepWaiting(client, this.#call, { approval_id, correlation_id: this.#correlation_id });
    return this.#awaitSteward(claiming, first);
  }

  /** Waits here: what is approved runs only while somebody is there to run it. */
  async #awaitSteward(claiming: Promise<BeforeOutcome | null>, held: HeldOutcome): Promise<BeforeOutcome> {
    this.#until = performance.now() + this.#parts.settings.hold_wait_ms;
    const over = new AbortController();
    const first = await firstOf([claiming, this.#resolved(held.approval_id, over.signal)]);
    over.abort();
    return first ?? held;
  }

  /** The outcome of an approval that is not one: approved ones are claimed. */
  async #resolved(approval_id: string, signal: AbortSignal): Promise<CallOutcome> {
    for (;;) {
      await sleep(POLL_MS, undefined, { signal, ref: false }).catch(() => {});
      if (signal.aborted) return new Promise(() => {});
      const outcome = await this.#approval(approval_id);
      if (outcome.kind !== 'held') return outcome;
    }
  }

  async #approval(approval_id: string): Promise<CallOutcome> {
    const approval = await this.#tenant.showApproval({ approval_id });
    const known = { ...approval, has_ended: false, delivery_code: null };
    return approvalOutcome(known, NOT_RUN, this.#parts.settings.url);
  }

  async #dispatch(worker_id: string): Promise<CallOutcome> {
    const { tenant_id, env, data_label, tenant_risk, qos_class, url, timeout_ms } = this.#parts.settings;
    const labels = { tenant_id, env, data_label, tenant_risk, qos_class };
    const named = { capability_id: worker_id, correlation_id: this.#correlation_id };
    const request = plainJson(this.#call.input);
    const input = { ...labels, ...named, request } as Parameters<HallClient['dispatch']>[0];
    // One that is allowed is answered only after its end: the process of this hook is gone by then.
    const answer = await this.#tenant.dispatch(input, { timeout_ms: timeout_ms * 2 });
    return dispatchOutcome(answer, NOT_RUN, url);
  }

  /** Its start, once the Hall gives it; null where it does not in time. It is asked for by nobody else. */
  async #claimed(worker_id: string): Promise<BeforeOutcome | null> {
    for (;;) {
      const left = Math.max(0, Math.round(this.#until - performance.now()));
      const claim_id = await this.#claim(worker_id, Math.min(left, CLAIM_MS));
      if (claim_id !== null) return this.#begin(worker_id, claim_id);
      if (left === 0) return null;
    }
  }

  async #claim(worker_id: string, wait_ms: number): Promise<string | null> {
    const asked = { worker_ids: [worker_id], correlation_id: this.#correlation_id, wait_ms };
    const timeout_ms = this.#parts.settings.timeout_ms + wait_ms;
    const { claimed } = await this.#owner.claimCall(asked, { timeout_ms });
    return claimed?.claim_id ?? null;
  }

  /** The note is written before the agent may run the tool: its end finds the claim by it. */
  async #begin(worker_id: string, claim_id: string): Promise<BeforeOutcome> {
    const { client, calls, settings } = this.#parts;
    const hall_key = settings.public_key ?? (await this.#tenant.showLog({})).permit_key;
    const { call } = await this.#owner.startCall({ claim_id, lease_ms: settings.lease_ms });
    const arrived = call as {
      readonly context: WorkerContext;
      readonly request: unknown;
      readonly permit: unknown;
    };
    try {
      const followed = new FollowedKey(this.#tenant, hall_key, settings.timeout_ms);
      const permits = new PermitCheck(
        () => [followed.current],
        () => followed.follow(),
      );
      const refusal = await permits.refusal(arrived);
      if (refusal !== null) throw new Error(refusal);
      if (digestOf(arrived.request) !== digestOf(this.#call.input)) throw new Error('another request');
      await calls.keep(client, this.#call, {
        claim_id,
        worker_id,
        decision_id: arrived.context.decision_id,
      });
    } catch (error) {
      const deny_reason = { code: 'WORKER_DENIED', message: 'The hook did not let it run.' };
      const result = { status: 'denied', result: null, telemetry: [], evidence: [], deny_reason };
      await this.#owner.completeCall({ claim_id, result });
      return denied('CALL_NOT_STARTED', error instanceof Error ? error.message : '');
    }
    await calls.forgetWaiting(client, this.#call);
    return { kind: 'started' };
  }
}

/** What comes later is nobody's concern, and must not end this process. */
function firstOf<T>(steps: readonly Promise<T>[]): Promise<T> {
  for (const step of steps) step.catch(() => {});
  return Promise.race(steps);
}

function digestOf(value: unknown): string {
  return sha256(JSON.stringify(plainJson(value)));
}
