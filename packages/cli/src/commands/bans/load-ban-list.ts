import { type BanListCode, type BanListVerification, verifyBanList } from '@wcp/evidence';
import { checkId } from '@wcp/spec';
import type { Command } from 'commander';
import { usageError } from '../../base/cli-error.ts';
import type { Problem } from '../../base/problem.ts';
import type { Terminal } from '../../base/terminal.ts';
import { InputReader } from '../../input/input-reader.ts';
import { loadAuthorityKeys } from '../../input/keys.ts';
import { escaped } from '../../print/layout.ts';

/** Who must have signed a list. */
export interface TrustOptions {
  readonly authority: string;
  readonly keys: string;
}

/** Where a list is. */
export type ListPlace = { readonly url: string } | { readonly file: string };

/** A list that was read, and whether it can be trusted. */
export interface CheckedList {
  readonly place: ListPlace;
  readonly public_keys: readonly string[];
  readonly verdict: BanListVerification;
}

/** What each code means, and what to do. */
const MEANINGS: Readonly<Record<BanListCode, string>> = {
  BAN_LIST_MALFORMED: 'This is not a ban list. `wcp validate ban-list FILE` shows what is wrong with it.',
  BAN_LIST_AUTHORITY_MISMATCH:
    'This list belongs to another authority. Check --authority and the address of the list.',
  BAN_LIST_KEY_UNKNOWN:
    'The list is signed with a key that you did not give. Ask the authority which key is right.',
  BAN_LIST_SIGNATURE_INVALID: 'The list was changed after it was signed. Do not trust it.',
  BAN_LIST_FROM_FUTURE: 'The list is dated in the future. Check your clock, or ask the authority.',
  BAN_LIST_ROLLED_BACK: 'A newer list is known.',
  BAN_LIST_STALE: 'The list has expired. Someone may be withholding the newer one.',
};

/** Why a list could not be read from an address, by code. */
const REASONS: Readonly<Record<string, string>> = {
  BAN_LIST_UNREACHABLE: 'Nothing answers there. Check the address.',
  BAN_LIST_TIMEOUT: 'The answer was not complete in time.',
  BAN_LIST_REDIRECTED:
    'The server redirects to another address, which is not followed. Give the final address.',
  BAN_LIST_HTTP_STATUS: 'The server has no list at this address.',
  BAN_LIST_TOO_LARGE: 'The answer is larger than a ban list may be.',
  BAN_LIST_NOT_JSON: 'The answer is not JSON.',
};

/** Adds the options that say who must have signed a list. */
export function addTrustOptions(command: Command): Command {
  return command
    .requiredOption('--authority <id>', 'the authority that the list must belong to, such as org.acme')
    .requiredOption('--keys <file>', "the authority's public key: PEM, or JSON {authority: [hex]}");
}

/** Reads an address, or else the name of a file. */
export function placeOf(text: string): ListPlace {
  return /^https?:\/\//i.test(text) ? { url: text } : { file: text };
}

/**
 * Reads a list and verifies it with the keys of its authority.
 *
 * @throws {CliError} if the list cannot be read
 */
export async function loadBanList(
  terminal: Terminal,
  place: ListPlace,
  { authority, keys }: TrustOptions,
): Promise<CheckedList> {
  if (!checkId(authority, 'authority').valid) throw usageError('--authority takes org.<name> or x.<name>.');
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

/** Reads with the limits of a Hall, whose code is loaded only here. */
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

/** Why a list cannot be trusted, in one sentence. */
export function rejectionText(code: BanListCode): string {
  return `${code}: ${MEANINGS[code]}\n`;
}
