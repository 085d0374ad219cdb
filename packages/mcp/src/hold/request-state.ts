import { sha256 } from '@wcp/spec';
import { canonicalJson } from '@wcp/spec/json';
import { createSealer } from './sealed-text.ts';

/** What a request state is bound to. */
export interface HeldRequest {
  readonly approval_id: string;
  readonly tenant_id: string;
  /** The name of the tool, or the method of another request. */
  readonly subject: string;
  /** The digest of what was asked for: {@link argumentsDigest}. */
  readonly arguments_digest: string;
  /** When the approval expires, as the wire writes it. */
  readonly expires_at: string;
}

/** Why a request state does not count. */
export type RequestStateFault = 'forged' | 'expired' | 'other_tenant' | 'other_call';

/** What came of reading a request state. */
export type RequestStateReading =
  | { readonly ok: true; readonly held: HeldRequest }
  /** One that is over is genuine otherwise. */
  | { readonly ok: false; readonly fault: 'expired'; readonly held: HeldRequest }
  | { readonly ok: false; readonly fault: Exclude<RequestStateFault, 'expired'> };

/** Seals and opens the states that held calls are answered with. */
export interface RequestStates {
  /** The text for the client: opaque to it, and useless for anything but this very call of this tenant. */
  seal(held: HeldRequest): string;
  /** Opens what a client sent; the text is an attacker's. Never throws. */
  open(text: string, call: Omit<HeldRequest, 'approval_id' | 'expires_at'>): RequestStateReading;
}

/** What request states are made with. */
export interface RequestStateOptions {
  /** At least 32 secret bytes. Kept in a file, states outlive a restart of the gateway. */
  readonly key: Uint8Array;
  /** Milliseconds since 1970; for tests. */
  readonly now?: () => number;
}

/**
 * Makes the codec of request states: a document and its HMAC-SHA-256, with a key of its own derived from the given one.
 *
 * @throws {RangeError} for a key of fewer than 32 bytes
 * @example
 * import { randomBytes } from 'node:crypto';
 * import { argumentsDigest, createRequestStates } from '@wcp/mcp';
 *
 * const states = createRequestStates({ key: randomBytes(32) });
 * const call = { tenant_id: 'acme', subject: 'write_file', arguments_digest: argumentsDigest({ path: 'a' }) };
 * const text = states.seal({ ...call, approval_id: '0192', expires_at: '2100-01-01T00:00:00.000Z' });
 * console.log(states.open(text, call).ok); // true
 */
export function createRequestStates({ key, now = Date.now }: RequestStateOptions): RequestStates {
  const sealer = createSealer(key, 'request state');
  return {
    seal: (held) => sealer.seal(held),
    open(text, call) {
      const held = sealer.open(text) as HeldRequest | null;
      if (held === null) return { ok: false, fault: 'forged' };
      const fault = faultOf(held, call, now());
      if (fault === null) return { ok: true, held };
      return fault === 'expired' ? { ok: false, fault, held } : { ok: false, fault };
    },
  };
}

/**
 * The digest of the arguments of a call, to which its request state is bound. No arguments and empty ones are different
 * calls.
 *
 * @throws {WcpError} `ERR_WCP_CANONICAL_JSON` for arguments that have no canonical JSON: nothing can be bound to them
 * @example
 * import { argumentsDigest } from '@wcp/mcp';
 *
 * console.log(argumentsDigest({ b: 1, a: 2 }) === argumentsDigest({ a: 2, b: 1 })); // true
 */
export function argumentsDigest(value: unknown): string {
  return sha256(canonicalJson(value === undefined ? [] : [value]));
}

function faultOf(
  held: HeldRequest,
  call: Omit<HeldRequest, 'approval_id' | 'expires_at'>,
  now: number,
): RequestStateFault | null {
  if (held.tenant_id !== call.tenant_id) return 'other_tenant';
  if (held.subject !== call.subject || held.arguments_digest !== call.arguments_digest) return 'other_call';
  // What is not a time is over.
  return Date.parse(held.expires_at) > now ? null : 'expired';
}
