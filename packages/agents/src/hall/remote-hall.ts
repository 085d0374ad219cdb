import { createHallClient, type HallClient, pullCalls } from '@wcp/client';
import type { Approval } from '@wcp/spec/hall';
import type { Worker } from '@wcp/worker-kit';
import { absentAsNull } from './absent-as-null.ts';
import { type EnrolmentKey, enrolTool } from './enrol-tool.ts';
import { FollowedKey } from './followed-key.ts';
import type { DispatchOptions, HallPort, KnownApproval, Lane } from './hall-port.ts';
import { Presence } from './presence.ts';

/** A Hall that runs elsewhere. */
export interface RemoteHallOptions {
  readonly url: string;
  /** The key of the tenant that the agent asks as. */
  readonly key: string;
  /** A key of the role `worker-owner`, of the authority of the tools; `worker` is enough where they are enrolled. */
  readonly worker_key: string;
  /**
   * The raw public key that the Hall's permits are signed with, 64 hexadecimal digits (default: the one that it names
   * when the agent starts). Where the log changes its key, the new one is followed from this one.
   */
  readonly public_key?: string;
  /** The key of the authority, which signs the enrolments: needed once the authority has registered one. */
  readonly signing_key?: EnrolmentKey;
}

/** Opens the way to a Hall over HTTP. @throws where it cannot be reached */
export async function openRemoteHall(options: RemoteHallOptions, timeout_ms: number): Promise<HallPort> {
  const { url, key, worker_key, public_key, signing_key } = options;
  const tenant = createHallClient({ url, key });
  const owner = createHallClient({ url, key: worker_key });
  const hall_key = public_key ?? (await tenant.showLog({}, { timeout_ms })).permit_key;
  const followed = new FollowedKey(tenant, hall_key, timeout_ms);
  return new RemoteHall({ url, tenant, owner, followed, timeout_ms, signing_key });
}

interface RemoteHallParts {
  readonly url: string;
  readonly tenant: HallClient;
  readonly owner: HallClient;
  readonly followed: FollowedKey;
  readonly timeout_ms: number;
  readonly signing_key: EnrolmentKey | undefined;
}

class RemoteHall implements HallPort {
  readonly url: string;
  /** A tool runs in the process that asked for it, and in no other one of the same agent. */
  readonly takesOthers = false;
  readonly #parts: RemoteHallParts;
  readonly #presence: Presence;
  readonly #closed = new AbortController();
  #worker_ids: readonly string[] = [];

  constructor(parts: RemoteHallParts) {
    this.url = parts.url;
    this.#parts = parts;
    this.#presence = new Presence(parts.owner, parts.timeout_ms);
  }

  get keys(): readonly string[] {
    return [this.#parts.followed.current];
  }

  followKeys(): Promise<boolean> {
    return this.#parts.followed.follow();
  }

  async enrol(workers: readonly Worker[]): Promise<void> {
    const { owner } = this.#parts;
    await Promise.all(workers.map(({ record }) => enrolTool(owner, record, this.#parts)));
    const ids = workers.map(({ record }) => record.worker_id);
    this.#worker_ids = [...new Set([...this.#worker_ids, ...ids])];
    await this.#presence.keep(this.#worker_ids);
  }

  carry(worker: Worker, correlation_id: string): Lane {
    const { owner } = this.#parts;
    const over = new AbortController();
    const signal = AbortSignal.any([over.signal, this.#closed.signal]);
    const handlers = {
      [worker.record.worker_id]: ({ context, request, permit, signal: called, dispatch }: PulledCall) =>
        worker.execute(request, context, { signal: called, permit, dispatch }),
    };
    const pulling = pullCalls(owner, handlers, { signal, correlation_id, concurrency: 1 });
    // What goes wrong here shows in the dispatch: nobody takes its call.
    pulling.catch(() => {});
    return { ready: this.#presence.ensure(worker.record.worker_id), stop: () => over.abort() };
  }

  dispatch(input: object, { signal, idempotency_key }: DispatchOptions) {
    const { tenant } = this.#parts;
    const options = { signal, ...(idempotency_key !== undefined && { idempotencyKey: idempotency_key }) };
    // The client's type demands a valid input; the Hall judges whatever it gets.
    return tenant.dispatch(input as Parameters<typeof tenant.dispatch>[0], options);
  }

  async approval(approval_id: string): Promise<KnownApproval | null> {
    const { tenant, timeout_ms } = this.#parts;
    const shown = await absentAsNull(tenant.showApproval({ approval_id }, { timeout_ms }));
    return shown === null ? null : this.#known(shown);
  }

  async withdraw(approval_id: string): Promise<void> {
    const { tenant, timeout_ms } = this.#parts;
    await tenant.withdrawApproval({ approval_id }, { timeout_ms });
  }

  async close(): Promise<void> {
    this.#presence.close();
    this.#closed.abort();
  }

  /** Whether it has ended is in the receipts; a result that came after the approval was read is read again. */
  async #known(approval: Approval): Promise<KnownApproval> {
    if (approval.state !== 'approved') return { ...approval, has_ended: false, delivery_code: null };
    const { tenant, timeout_ms } = this.#parts;
    const { approval_id, resolved_decision_id } = approval;
    const decision_id = resolved_decision_id ?? approval_id;
    const { receipts } = await tenant.showDecision({ decision_id }, { timeout_ms });
    const has_ended = receipts.some(({ kind }) => kind === 'outcome');
    const { result } = has_ended ? await tenant.showApproval({ approval_id }, { timeout_ms }) : approval;
    return { ...approval, result, has_ended, delivery_code: null };
  }
}

type PulledCall = Parameters<Parameters<typeof pullCalls>[1][string]>[0];
