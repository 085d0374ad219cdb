import type { BanList, Sha256 } from '@wcp/spec';
import { JsonDocument } from '@wcp/spec/document';
import type { BanListCode } from '../base/finding.ts';
import { listOf } from '../base/own-member.ts';
import { refuted, type Verification, verified } from '../base/verification.ts';
import { keyIdOf, rawPublicKey } from '../key/public-key.ts';
import { isSignedBy } from '../key/signature.ts';
import { banListText, bannedHashes, parseBanList } from './ban-list.ts';

/** The authority whose list it must be, and what is already known of its lists. */
export interface BanListExpectation {
  readonly authority: string;
  /** The authority's raw public keys, 64 hexadecimal digits each. */
  readonly public_keys: readonly string[];
  /** The time, RFC 3339 in UTC. */
  readonly now: string;
  /** The lowest sequence that is not a step back (default 0). */
  readonly at_least_sequence?: number;
}

/** What a ban list that holds says. */
interface CurrentBanList {
  /** The hashes that it bans, each with its prefix. */
  readonly banned: readonly Sha256[];
  readonly list: BanList;
  /** RFC 3339 in UTC. */
  readonly expires_at: string;
}

/** Whether a ban list can be relied on now, what it bans and until when, or why not. */
export type BanListVerification = Verification<BanListCode, CurrentBanList>;

interface Reading {
  readonly list: BanList;
  /** As it was written: what the signature covers. */
  readonly json: Readonly<Record<string, unknown>>;
}

/** The clock of an authority may be this far ahead, in milliseconds. */
const AHEAD_MS = 300_000;
/** The latest time that the format can express. */
const LAST_MS = Date.parse('9999-12-31T23:59:59.999Z');

type Check = (reading: Reading, expected: BanListExpectation) => boolean;

/** What must hold, in this order; a comparison with NaN is false, so it fails closed. */
const CHECKS: readonly (readonly [BanListCode, Check])[] = [
  ['BAN_LIST_AUTHORITY_MISMATCH', ({ list }, { authority }) => list.authority === authority],
  ['BAN_LIST_KEY_UNKNOWN', ({ list }, expected) => keysFor(list, expected).length > 0],
  ['BAN_LIST_SIGNATURE_INVALID', isSigned],
  ['BAN_LIST_FROM_FUTURE', ({ list }, { now }) => issuedAt(list) <= Date.parse(now) + AHEAD_MS],
  ['BAN_LIST_ROLLED_BACK', ({ list }, { at_least_sequence = 0 }) => list.sequence >= at_least_sequence],
  ['BAN_LIST_STALE', ({ list }, { now }) => Date.parse(now) <= expiryOf(list)],
];

/**
 * Verifies a ban list: its authority, its signature, its time and that it is not a step back (section 8,
 * "Ban list"); the one finding is that of the first check that fails. Takes any value and never throws.
 *
 * @param list may come from an attacker
 * @example
 * ```ts
 * import { verifyBanList } from '@wcp/evidence';
 *
 * declare const received: unknown;
 * declare const publicKey: string;
 * const result = verifyBanList(received, {
 *   authority: 'org.acme',
 *   public_keys: [publicKey],
 *   now: new Date().toISOString(),
 *   at_least_sequence: 8,
 * });
 * console.log(result.ok ? result.banned : result.findings[0].code);
 * ```
 */
export function verifyBanList(list: unknown, expected: BanListExpectation): BanListVerification {
  const reading = read(list);
  if (reading === null) return refuted('BAN_LIST_MALFORMED');
  const failed = CHECKS.find(([, holds]) => !holds(reading, expected));
  if (failed !== undefined) return refuted(failed[0]);
  const expires_at = new Date(Math.min(expiryOf(reading.list), LAST_MS)).toISOString();
  return verified({ banned: bannedHashes(reading.list), list: reading.list, expires_at });
}

/** Reads a list once, so that the value that is checked is the value that is used. */
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
  return keysFor(list, expected).some((key) => isSignedBy(key, text, list.signature));
}

function issuedAt({ issued_at }: BanList): number {
  return Date.parse(issued_at);
}

function expiryOf(list: BanList): number {
  return issuedAt(list) + list.max_age_seconds * 1000;
}
