import { type BanListCode, type BanListVerification, verifyBanList } from '@wcp/evidence';
import { checkId } from '@wcp/spec';
import type { Command } from 'commander';
import { usageError } from '../../base/cli-error.ts';
import type { Problem } from '../../base/problem.ts';
import type { Terminal } from '../../base/terminal.ts';
import { InputReader } from '../../input/input-reader.ts';
import { loadAuthorityKeys } from '../../input/keys.ts';
import { escaped } from '../../print/layout.ts';

/** By whom a list must be signed. */
export interface TrustOptions {
  readonly authority: string;
  readonly keys: string;
}

/** Where a list stands. */
export type ListPlace = { readonly url: string } | { readonly file: string };

/** A list that was read, and whether it can be relied on. */
export interface CheckedList {
  readonly place: ListPlace;
  readonly public_keys: readonly string[];
  readonly verdict: BanListVerification;
}

/** What each code means and what to do. */
const MEANINGS: Readonly<Record<BanListCode, string>> = {
  BAN_LIST_MALFORMED: 'This is no ban list. `wcp validate --kind ban-list` shows what is wrong with it.',
  BAN_LIST_AUTHORITY_MISMATCH:
    'This is the list of another authority. Check --authority and where you read it.',
  BAN_LIST_KEY_UNKNOWN:
    'It is signed with another key than those you gave. Ask the authority which is right.',
  BAN_LIST_SIGNATURE_INVALID: 'The list was changed after it was signed. Do not rely on it.',
  BAN_LIST_FROM_FUTURE: 'The list is dated ahead of this clock. Set the clock, or ask the authority.',
  BAN_LIST_ROLLED_BACK: 'A later list is known.',
  BAN_LIST_STALE: 'The list is past its greatest age. Somebody may keep the newer one from you.',
};

/** By code, why nothing could be read from an address. */
const REASONS: Readonly<Record<string, string>> = {
  BAN_LIST_UNREACHABLE: 'Nothing answers there. Check the address.',
  BAN_LIST_TIMEOUT: 'There was no whole answer in time.',
  BAN_LIST_REDIRECTED:
    'It leads to another address, which is not followed. Name the address where the list is.',
  BAN_LIST_HTTP_STATUS: 'There is no list there.',
  BAN_LIST_TOO_LARGE: 'The answer is larger than a ban list may be.',
  BAN_LIST_NOT_JSON: 'The answer is no JSON.',
};

/** Adds the options that say by whom a list must be signed. */
export function addTrustOptions(command: Command): Command {
  return command
    .requiredOption('--authority <id>', 'whose list it must be, such as org.acme')
    .requiredOption('--keys <file>', "the authority's public key: PEM, or JSON {authority: [hex]}");
}

/** An address, or else a file. */
export function placeOf(text: string): ListPlace {
  return /^https?:\/\//i.test(text) ? { url: text } : { file: text };
}

/**
 * Reads a list and judges it by the keys of its authority.
 *
 * @throws {CliError} where nothing can be read
 */
export async function loadBanList(
  terminal: Terminal,
  place: ListPlace,
  { authority, keys }: TrustOptions,
): Promise<CheckedList> {
  if (!checkId(authority, 'authority').valid) throw usageError('--authority is org.<name> or x.<name>.');
  const reader = new InputReader(terminal);
  const known = await loadAuthorityKeys(reader, keys, authority);
  const value = 'url' in place ? await fetchList(reader, place.url) : (await reader.json(place.file))?.value;
  reader.throwErrors();
  const public_keys = known?.[authority] ?? [];
  return {
    place,
    public_keys,
    verdict: verifyBanList(value, { authority, public_keys, now: terminal.now() }),
  };
}

/** With the limits of a Hall, which is loaded here alone: nothing else pays for it. */
async function fetchList(reader: InputReader, url: string): Promise<unknown> {
  const { readBanListSource } = await import('@wcp/hall');
  const reading = await readBanListSource({ url });
  if (reading.ok) return reading.value;
  const message = `${escaped(url)}: ${REASONS[reading.code]}`;
  const problem: Problem = {
    level: 'error',
    file: null,
    place: null,
    path: null,
    code: reading.code,
    message,
  };
  reader.add(problem);
  return null;
}

/** What keeps a list from being relied on, in one sentence. */
export function refusalText(code: BanListCode): string {
  return `${code}: ${MEANINGS[code]}\n`;
}
