import type { Caller, HeldOutcome } from '../base/gateway.ts';
import { argumentsDigest } from './request-state.ts';

/** What makes two calls the same one. */
export interface CallIdentity {
  readonly caller: Pick<Caller, 'tenant_id' | 'key_id'>;
  /** The name of the tool, or the method of another request. */
  readonly subject: string;
  readonly arguments: unknown;
}

const MAX_PER_TENANT = 256;
const MAX_TENANTS = 4096;

/**
 * The held calls of clients that cannot bring a request state back: the same call of the same key finds its hold
 * again, and does not ask a steward twice. In memory alone: after a restart, such a call is held anew.
 */
export class HeldCalls {
  readonly #tenants = new Map<string, Map<string, HeldOutcome>>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Takes the hold of a call out, so that each is used by one request at a time; null where there is none. */
  take(call: CallIdentity): HeldOutcome | null {
    const calls = this.#tenants.get(call.caller.tenant_id);
    if (calls === undefined) return null;
    const key = keyOf(call);
    const held = calls.get(key);
    if (held === undefined) return null;
    calls.delete(key);
    if (calls.size === 0) this.#tenants.delete(call.caller.tenant_id);
    return Date.parse(held.expires_at) > this.#now() ? held : null;
  }

  /** Keeps the hold of a call until its approval expires; the oldest of the tenant makes room. */
  put(call: CallIdentity, held: HeldOutcome): void {
    const { tenant_id } = call.caller;
    const calls = this.#tenants.get(tenant_id) ?? new Map<string, HeldOutcome>();
    this.#tenants.delete(tenant_id);
    this.#tenants.set(tenant_id, calls);
    calls.set(keyOf(call), held);
    removeOldest(calls, MAX_PER_TENANT);
    removeOldest(this.#tenants, MAX_TENANTS);
  }
}

function keyOf({ caller, subject, arguments: given }: CallIdentity): string {
  return argumentsDigest([caller.key_id, subject, given === undefined ? [] : [given]]);
}

function removeOldest(map: Map<string, unknown>, most: number): void {
  for (const key of map.keys()) {
    if (map.size <= most) return;
    map.delete(key);
  }
}
