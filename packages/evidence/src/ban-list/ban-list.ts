import { type BanList, canonicalJson, type Finding, type Parsed, type Sha256, WcpError } from '@wcp/spec';
import { BanListSchema, isTime, parseDocument } from '@wcp/spec/document';
import { encodeBase64 } from '../base64.ts';
import type { SigningKey } from '../key/signing-key.ts';

/** What an authority says in a ban list; the times are the caller's. */
export type BanListDraft = Omit<BanList, 'schema_version' | 'signing_key_id' | 'signature'>;

/**
 * Reads a ban list, every finding at once; hashes come back with their prefix (section 8, "Ban list").
 * Whether it can be believed is {@link verifyBanList}'s to say.
 */
export function parseBanList(value: unknown): Parsed<BanList> {
  return parseDocument<BanList>(BanListSchema, value, (list) => [...checkTimes(list), ...checkHashes(list)]);
}

/**
 * A ban list with its signature, which covers every other member (section 8, "Ban list"). What the draft
 * already has as signature and key id is left out of account.
 *
 * @throws {WcpError} `ERR_WCP_DOCUMENT` where it is no list, a hash that occurs twice among it
 * @example signBanList({ authority, sequence: 8, issued_at, max_age_seconds: 86_400, entries }, key)
 */
export function signBanList(draft: BanListDraft, key: SigningKey): BanList {
  const { authority, sequence, issued_at, max_age_seconds, entries } = draft;
  const said = { authority, sequence, issued_at, max_age_seconds, entries };
  const list = {
    schema_version: 'wcp-ban-list.v1',
    ...said,
    signing_key_id: key.keyId,
    signature: '',
  } as const;
  const parsed = parseBanList(list);
  if (!parsed.ok) throw new WcpError('ERR_WCP_DOCUMENT', sentenceOf(parsed.findings));
  return { ...list, signature: encodeBase64(key.sign(banListText(list))) };
}

/**
 * The hashes that a list bans, each with its prefix. A report that was examined and found wrong bans
 * nothing; one that nobody examined yet does (section 8, "Ban list").
 *
 * @param list as {@link parseBanList} or {@link verifyBanList} read it
 */
export function bannedHashes({ entries }: BanList): Sha256[] {
  return entries
    .filter(({ review_status }) => review_status !== 'cleared')
    .map(({ sha256 }) => sha256 as Sha256);
}

/** What is signed: the canonical JSON of the list without its signature. */
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
    .map(([path]) => invalid(path, 'This date or time of day does not exist.'));
}

/** A list that says two things of one hash says nothing. */
function checkHashes({ entries }: BanList): Finding[] {
  const seen = new Set<string>();
  return entries.flatMap(({ sha256 }, index) => {
    if (!seen.has(sha256)) {
      seen.add(sha256);
      return [];
    }
    return [invalid(`/entries/${index}/sha256`, 'This hash stands in the list already.')];
  });
}

function invalid(path: string, message: string): Finding {
  return { path, code: 'INVALID_VALUE', message };
}

function sentenceOf([first]: readonly Finding[]): string {
  return `This is no ban list: ${first?.path ?? ''} ${first?.message ?? ''}`;
}
