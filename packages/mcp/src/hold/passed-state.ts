import { ownMember } from '../base/members.ts';
import type { HeldRequest, RequestStateFault } from './request-state.ts';
import { createSealer } from './sealed-text.ts';

/** The call that a state of a server belongs to. */
type BoundCall = Omit<HeldRequest, 'approval_id' | 'expires_at'>;

/** What came of reading a state of a server. */
type PassedStateReading =
  | { readonly ok: true; readonly state: string }
  | { readonly ok: false; readonly fault: RequestStateFault };

/** Seals and opens the states that servers give for a call that goes on: bound to its tenant and arguments, for a time. */
export interface PassedStates {
  /** Whether a text says that it is one of these, and not the state of a held call. */
  claims(text: string): boolean;
  /** Null for one that is too long. */
  seal(state: string, call: BoundCall): string | null;
  /** The text is an attacker's. Never throws. */
  open(text: string, call: BoundCall): PassedStateReading;
}

const PREFIX = 'server.';
const MAX_TEXT = 1024 * 1024;
const LIVES_MS = 3_600_000;

/** @param key as that of request states, from which the key of these is derived as another one */
export function createPassedStates({
  key,
  now = Date.now,
}: {
  readonly key: Uint8Array;
  readonly now?: () => number;
}): PassedStates {
  const sealer = createSealer(key, 'state of a server', MAX_TEXT);
  return {
    claims: (text) => text.startsWith(PREFIX),
    seal(state, { tenant_id, subject, arguments_digest }) {
      const until = now() + LIVES_MS;
      const text = `${PREFIX}${sealer.seal({ state, tenant_id, subject, arguments_digest, until })}`;
      return text.length > MAX_TEXT ? null : text;
    },
    open(text, call) {
      const sealed = sealer.open(text.slice(PREFIX.length));
      const state = ownMember(sealed, 'state');
      if (sealed === null || typeof state !== 'string') return { ok: false, fault: 'forged' };
      if (sealed['tenant_id'] !== call.tenant_id) return { ok: false, fault: 'other_tenant' };
      const isOfCall =
        sealed['subject'] === call.subject && sealed['arguments_digest'] === call.arguments_digest;
      if (!isOfCall) return { ok: false, fault: 'other_call' };
      return Number(sealed['until']) > now() ? { ok: true, state } : { ok: false, fault: 'expired' };
    },
  };
}
