import type { BanList, Sha256 } from '@wcp/spec';
import { JsonDocument } from '@wcp/spec/document';
import { keyIdOf, rawPublicKey } from '../key/public-key.ts';
import { verifySignature } from '../key/verify-signature.ts';
import { listOf } from '../own-member.ts';
import { banListText, bannedHashes, parseBanList } from './ban-list.ts';

/** Why a ban list is not taken (section 8, "Ban list"), in the order in which it is checked. */
export type BanListCode =
  | 'BAN_LIST_MALFORMED'
  | 'BAN_LIST_AUTHORITY_MISMATCH'
  | 'BAN_LIST_KEY_UNKNOWN'
  | 'BAN_LIST_SIGNATURE_INVALID'
  | 'BAN_LIST_FROM_FUTURE'
  | 'BAN_LIST_ROLLED_BACK'
  | 'BAN_LIST_STALE';

/** Whose list it must be, and what is known already. */
export interface BanListExpectation {
  readonly authority: string;
  /** The authority's raw public keys, 64 hexadecimal digits each. */
  readonly public_keys: readonly string[];
  /** The time, RFC 3339 in UTC. */
  readonly now: string;
  /** The least sequence that is no step back; 0 where it is absent. */
  readonly at_least_sequence?: number;
}

/** Whether a list can be believed now, what it bans and until when, or why not. */
export type BanListVerdict =
  | {
      readonly ok: true;
      /** The hashes that it bans, each with its prefix. */
      readonly banned: readonly Sha256[];
      readonly list: BanList;
      /** The end of its greatest age. */
      readonly expires_at: string;
    }
  | { readonly ok: false; readonly code: BanListCode };

interface Reading {
  readonly list: BanList;
  /** As it was written: what the signature is about. */
  readonly json: Readonly<Record<string, unknown>>;
}

/** How far the clock of an authority may be ahead, in milliseconds. */
const AHEAD_MS = 300_000;
/** The last instant that the form of a time can hold. */
const LAST_MS = Date.parse('9999-12-31T23:59:59.999Z');

type Check = (reading: Reading, expected: BanListExpectation) => boolean;

/** What must hold, in this order; what no comparison can tell does not hold. */
const CHECKS: readonly (readonly [BanListCode, Check])[] = [
  ['BAN_LIST_AUTHORITY_MISMATCH', ({ list }, { authority }) => list.authority === authority],
  ['BAN_LIST_KEY_UNKNOWN', ({ list }, expected) => keysFor(list, expected).length > 0],
  ['BAN_LIST_SIGNATURE_INVALID', isSigned],
  ['BAN_LIST_FROM_FUTURE', ({ list }, { now }) => issuedAt(list) <= Date.parse(now) + AHEAD_MS],
  ['BAN_LIST_ROLLED_BACK', ({ list }, { at_least_sequence = 0 }) => list.sequence >= at_least_sequence],
  ['BAN_LIST_STALE', ({ list }, { now }) => Date.parse(now) <= expiryOf(list)],
];

/**
 * Checks a ban list: whose it is, its signature, its time and that it is no step back (section 8, "Ban
 * list"). Never throws: whatever can't be read bans nothing and is refused.
 *
 * @param list what an attacker sent
 * @example verifyBanList(list, { authority: 'org.acme', public_keys, now, at_least_sequence: 8 }).ok
 */
export function verifyBanList(list: unknown, expected: BanListExpectation): BanListVerdict {
  const reading = read(list);
  if (reading === null) return { ok: false, code: 'BAN_LIST_MALFORMED' };
  const failed = CHECKS.find(([, holds]) => !holds(reading, expected));
  if (failed !== undefined) return { ok: false, code: failed[0] };
  const expires_at = new Date(Math.min(expiryOf(reading.list), LAST_MS)).toISOString();
  return { ok: true, banned: bannedHashes(reading.list), list: reading.list, expires_at };
}

/** Reads a list once, so that what is checked is what is used. */
function read(value: unknown): Reading | null {
  const reading = JsonDocument.read(value);
  if (!reading.ok) return null;
  const parsed = parseBanList(reading.document);
  return parsed.ok ? { list: parsed.value, json: reading.document.json as Reading['json'] } : null;
}

function keysFor({ signing_key_id }: BanList, { public_keys }: BanListExpectation): string[] {
  const keys = (listOf(public_keys) ?? []).filter((key) => rawPublicKey(key) !== null) as string[];
  return keys.filter((key) => keyIdOf(key) === signing_key_id);
}

function isSigned({ list, json }: Reading, expected: BanListExpectation): boolean {
  const text = banListText(json);
  return keysFor(list, expected).some((key) => verifySignature(key, text, list.signature));
}

function issuedAt({ issued_at }: BanList): number {
  return Date.parse(issued_at);
}

function expiryOf(list: BanList): number {
  return issuedAt(list) + list.max_age_seconds * 1000;
}
