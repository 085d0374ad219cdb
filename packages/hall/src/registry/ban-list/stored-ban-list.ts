import { bannedHashes } from '@wcp/evidence';
import { parseBanList } from '@wcp/evidence/ban-list';
import { type BanList, type Sha256, sha256, WcpError } from '@wcp/spec';
import { JsonDocument } from '@wcp/spec/document';
import type { Change, StatefulRow } from '../../storage/store/store.ts';

/** A ban list that was valid when it was accepted. */
export interface StoredBanList {
  readonly list: BanList;
  /** As the authority signed it: `list` is its reading. */
  readonly document: BanList;
  /** Lists of one digest are the same list. */
  readonly digest: Sha256 | null;
  readonly banned: readonly Sha256[];
  /** When it expires, in milliseconds since 1970. */
  readonly expires: number;
}

/** The role of a list: published here, followed from elsewhere, or withdrawn. */
export type BanListRole = 'published' | 'followed' | 'withdrawn';

/** Prepares a verified list to be held. */
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

/** The digest of a document; null for what is not JSON. */
export function digestOf(document: unknown): Sha256 | null {
  const reading = JsonDocument.read(document);
  return reading.ok ? sha256(reading.document.text) : null;
}

/** Makes a list durable. */
export function storedBanListChange(
  id: string,
  { document, list }: StoredBanList,
  state: BanListRole,
): Change {
  const row: StatefulRow = { id, state, at: list.issued_at, document: JSON.stringify(document) };
  return { put: 'ban_lists', row };
}

/**
 * The list of a row. It was verified when it was accepted; whether its key is in force is checked each time.
 *
 * @throws {WcpError} `ERR_WCP_STORE` for a row that was not written by this Hall
 */
export function readStoredBanList({ document: text }: StatefulRow): StoredBanList {
  const document: unknown = JSON.parse(text);
  const parsed = parseBanList(document);
  if (parsed.ok) return storedBanList(document, parsed.value);
  throw new WcpError('ERR_WCP_STORE', 'A row of ban_lists is damaged. Restore the store from a backup.');
}
