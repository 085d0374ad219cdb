import { bannedHashes } from '@wcp/evidence';
import { parseBanList } from '@wcp/evidence/ban-list';
import { type BanList, type Sha256, sha256, WcpError } from '@wcp/spec';
import { JsonDocument } from '@wcp/spec/document';
import type { Change, StatefulRow } from '../../storage/store/store.ts';

/** A ban list that was good when it was taken. */
export interface StoredBanList {
  readonly list: BanList;
  /** As the authority signed it: `list` is its reading. */
  readonly document: BanList;
  /** Lists of one digest are the same list. */
  readonly digest: Sha256 | null;
  readonly banned: readonly Sha256[];
  /** The end of its greatest age, in milliseconds since 1970. */
  readonly expires: number;
}

/** What a list is to a Hall: its own, another's that it follows, or its own that it publishes no more. */
export type BanListRole = 'published' | 'followed' | 'withdrawn';

/** A list that was verified, to be held. */
export function storedBanList(document: unknown, list: BanList): StoredBanList {
  const expires = Date.parse(list.issued_at) + list.max_age_seconds * 1000;
  return {
    list,
    document: document as BanList,
    digest: digestOf(document),
    banned: bannedHashes(list),
    expires,
  };
}

/** What tells a document from any other; null for what is no JSON. */
export function digestOf(document: unknown): Sha256 | null {
  const reading = JsonDocument.read(document);
  return reading.ok ? sha256(reading.document.text) : null;
}

/** What makes a list durable. */
export function storedBanListChange(
  id: string,
  { document, list }: StoredBanList,
  state: BanListRole,
): Change {
  const row: StatefulRow = { id, state, at: list.issued_at, document: JSON.stringify(document) };
  return { put: 'ban_lists', row };
}

/**
 * The list of a row. It was verified when it was taken; whether its key is still one is asked each time.
 *
 * @throws {WcpError} `ERR_WCP_STORE` for a row that was not written by this Hall
 */
export function readStoredBanList({ document: text }: StatefulRow): StoredBanList {
  const document: unknown = JSON.parse(text);
  const parsed = parseBanList(document);
  if (parsed.ok) return storedBanList(document, parsed.value);
  throw new WcpError('ERR_WCP_STORE', 'A row of ban_lists does not hold together. Restore it from a backup.');
}
