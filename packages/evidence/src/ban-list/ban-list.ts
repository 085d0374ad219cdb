import type { BanList, Finding, Parsed, Sha256 } from '@wcp/spec';
import { BanListSchema, isTime, parseDocument } from '@wcp/spec/document';
import { canonicalJson, escapeText, WcpError } from '@wcp/spec/json';
import { encodeBase64 } from '../base/encoding.ts';
import type { SigningKey } from '../key/signing-key.ts';

/** What an authority states in a ban list; the caller supplies the times. */
export type BanListDraft = Omit<BanList, 'schema_version' | 'signing_key_id' | 'signature'>;

/**
 * Reads a ban list and returns it or every finding; hashes get their prefix (section 8, "Ban list"). It is
 * not verified yet: see {@link verifyBanList}.
 *
 * @example
 * ```ts
 * import { parseBanList } from '@wcp/evidence/ban-list';
 *
 * declare const received: unknown;
 * const parsed = parseBanList(received);
 * console.log(parsed.ok ? parsed.value.entries.length : parsed.findings);
 * ```
 */
export function parseBanList(value: unknown): Parsed<BanList> {
  return parseDocument<BanList>(BanListSchema, value, (list) => [...checkTimes(list), ...checkHashes(list)]);
}

/**
 * Signs a ban list; the signature covers every other member (section 8, "Ban list"). A signature and key id
 * that the draft already has are ignored.
 *
 * @throws {WcpError} `ERR_WCP_DOCUMENT` for a malformed list, such as one with the same hash twice
 * @example
 * ```ts
 * import { generateSigningKey, signBanList } from '@wcp/evidence';
 *
 * const list = signBanList(
 *   {
 *     authority: 'org.acme',
 *     sequence: 8,
 *     issued_at: new Date().toISOString(),
 *     max_age_seconds: 86_400,
 *     entries: [],
 *   },
 *   generateSigningKey(),
 * );
 * console.log(list.signature);
 * ```
 */
export function signBanList(draft: BanListDraft, key: SigningKey): BanList {
  const { authority, sequence, issued_at, max_age_seconds, entries } = draft;
  const statement = { authority, sequence, issued_at, max_age_seconds, entries };
  const list = {
    schema_version: 'wcp-ban-list.v1',
    ...statement,
    signing_key_id: key.keyId,
    signature: '',
  } as const;
  const parsed = parseBanList(list);
  if (!parsed.ok) throw new WcpError('ERR_WCP_DOCUMENT', sentenceOf(parsed.findings));
  return { ...list, signature: encodeBase64(key.sign(banListText(list))) };
}

/**
 * The hashes that a list bans, each with its prefix. A report bans its hash until it is reviewed and cleared
 * (section 8, "Ban list").
 *
 * @param list as {@link parseBanList} or {@link verifyBanList} returned it
 * @example
 * ```ts
 * import { bannedHashes } from '@wcp/evidence';
 * import { parseBanList } from '@wcp/evidence/ban-list';
 *
 * declare const received: unknown;
 * const parsed = parseBanList(received);
 * if (parsed.ok) console.log(bannedHashes(parsed.value));
 * ```
 */
export function bannedHashes({ entries }: BanList): Sha256[] {
  return entries
    .filter(({ review_status }) => review_status !== 'cleared')
    .map(({ sha256 }) => sha256 as Sha256);
}

/** The text that is signed: the canonical JSON of the list without its signature. */
export function banListText({ signature: _, ...signed }: Readonly<Record<string, unknown>>): string {
  return canonicalJson(signed);
}

function checkTimes({ issued_at, entries }: BanList): Finding[] {
  const times = [
    ['/issued_at', issued_at] as const,
    ...entries.map(({ reported_at }, index) => [`/entries/${index}/reported_at`, reported_at] as const),
  ];
  return times
    .filter(([, time]) => !isTime(time))
    .map(([path]) => invalid(path, 'This date or time does not exist.'));
}

/** A list with two entries for one hash could contradict itself. */
function checkHashes({ entries }: BanList): Finding[] {
  const seen = new Set<string>();
  return entries.flatMap(({ sha256 }, index) => {
    if (!seen.has(sha256)) {
      seen.add(sha256);
      return [];
    }
    return [invalid(`/entries/${index}/sha256`, 'This hash is already in the list.')];
  });
}

function invalid(path: string, message: string): Finding {
  return { path, code: 'INVALID_VALUE', message };
}

function sentenceOf([first]: readonly Finding[]): string {
  return `This is not a ban list: ${escapeText(first?.path ?? '')} ${first?.message ?? ''}`;
}
