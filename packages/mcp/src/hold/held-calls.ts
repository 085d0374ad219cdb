import type { Caller, HeldOutcome } from '../base/gateway.ts';
import { argumentsDigest } from './request-state.ts';

/** What makes two calls the same one. */
export interface CallIdentity {
  readonly caller: Pick<Caller, 'tenant_id' | 'key_id'>;
  /** The name of the tool, or the method of another request. */
  readonly subject: string;
  readonly arguments: unknown;
}

/** A hold that the same call finds again. */
export interface KeptCall {
  readonly tenant_id: string;
  /** The digest of the call. */
  readonly call: string;
  readonly request_state: string;
  /** Milliseconds since 1970: afterwards the same call is a new one. */
  readonly keep_until: number;
}

/** Where holds outlive the process. */
export interface HeldCallStorage {
  write(kept: KeptCall): Promise<void>;
  remove(kept: KeptCall): Promise<void>;
}

const MAX_PER_TENANT = 256;
const MAX_TENANTS = 4096;
/** What was approved in the last moment has run, and is still read by the call that it belongs to. */
const GRACE_MS = 300_000;

/**
 * The held calls of clients that do not bring a request state back: the same call of the same key finds its hold again,
 * and does not ask a steward twice. A hold whose outcome its client has got is forgotten, so that the same call is a new
 * one from then on.
 */
export class HeldCalls {
  readonly #tenants = new Map<string, Map<string, KeptCall>>();
  readonly #storage: HeldCallStorage;
  readonly #now: () => number;

  /** @param kept what an earlier process left */
  constructor(
    storage: HeldCallStorage = NO_STORAGE,
    kept: readonly KeptCall[] = [],
    now: () => number = Date.now,
  ) {
    this.#storage = storage;
    this.#now = now;
    for (const each of kept) this.#remember(each);
  }

  /** Takes the oldest hold of a call out, so that each is used by one request at a time; null where there is none. */
  take(identity: CallIdentity): KeptCall | null {
    const { tenant_id } = identity.caller;
    const calls = this.#tenants.get(tenant_id);
    if (calls === undefined) return null;
    const call = digestOf(identity);
    for (const kept of calls.values()) {
      if (kept.keep_until <= this.#now()) this.#drop(kept);
      else if (kept.call === call) {
        this.#takeOut(kept);
        return kept;
      }
    }
    return null;
  }

  /** Has a hold that is in use found again after a restart. */
  write(kept: KeptCall): Promise<void> {
    return this.#storage.write(kept);
  }

  /** The hold of a call, which nobody finds yet. */
  keptOf(
    identity: CallIdentity,
    { request_state, expires_at }: Pick<HeldOutcome, 'request_state' | 'expires_at'>,
  ): KeptCall {
    const { tenant_id } = identity.caller;
    const expires = Date.parse(expires_at);
    // What is not a time is over.
    const keep_until = Number.isFinite(expires) ? expires + GRACE_MS : 0;
    return { tenant_id, call: digestOf(identity), request_state, keep_until };
  }

  /** Lets the next call find a hold; the oldest of the tenant makes room. */
  async giveBack(kept: KeptCall): Promise<void> {
    this.#remember(kept);
    await this.#storage.write(kept);
  }

  /** Forgets a hold for good: its client has what came of it. */
  async forget(kept: KeptCall): Promise<void> {
    await this.#storage.remove(kept);
  }

  #remember(kept: KeptCall): void {
    const { tenant_id, request_state } = kept;
    const calls = this.#tenants.get(tenant_id) ?? new Map<string, KeptCall>();
    this.#tenants.delete(tenant_id);
    this.#tenants.set(tenant_id, calls);
    calls.set(request_state, kept);
    for (const each of oldest(calls, MAX_PER_TENANT)) this.#drop(each);
    for (const each of oldest(this.#tenants, MAX_TENANTS)) {
      for (const one of each.values()) this.#drop(one);
    }
  }

  #takeOut({ tenant_id, request_state }: KeptCall): void {
    const calls = this.#tenants.get(tenant_id);
    calls?.delete(request_state);
    if (calls?.size === 0) this.#tenants.delete(tenant_id);
  }

  #drop(kept: KeptCall): void {
    this.#takeOut(kept);
    // One that stays there counts no longer than it says.
    this.#storage.remove(kept).catch(() => undefined);
  }
}

/** Holds that end with the process. */
const NO_STORAGE: HeldCallStorage = { write: async () => {}, remove: async () => {} };

function digestOf({ caller, subject, arguments: given }: CallIdentity): string {
  return argumentsDigest([caller.key_id, subject, given === undefined ? [] : [given]]);
}

/** What is too much of a map. */
function oldest<T>(map: ReadonlyMap<string, T>, most: number): T[] {
  return [...map.values()].slice(0, Math.max(0, map.size - most));
}
