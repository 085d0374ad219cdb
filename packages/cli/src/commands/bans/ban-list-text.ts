import { bannedHashes } from '@wcp/evidence';
import type { BanList } from '@wcp/spec';
import { addSeconds, type BanEntry } from '@wcp/spec/document';
import type { PublishedBanList } from '@wcp/spec/hall';
import { count, escaped, rows } from '../../print/layout.ts';

/** A ban list: its head and every entry. */
export function banListText(list: BanList): string {
  const { authority, sequence, issued_at, max_age_seconds, signing_key_id, entries } = list;
  const head = rows([
    ['authority', authority],
    ['sequence', String(sequence)],
    ['issued', issued_at],
    ['valid until', addSeconds(issued_at, max_age_seconds)],
    ['key', signing_key_id],
    ['bans', `${count(bannedHashes(list).length, 'hash', 'hashes')} of ${entries.length}`],
  ]);
  return head + entries.map((entry) => `\n${oneEntry(entry)}`).join('');
}

function oneEntry({ sha256, review_status, reason, source, reported_at }: BanEntry): string {
  return rows([
    ['hash', sha256],
    ['status', review_status === 'cleared' ? 'cleared: not banned' : review_status],
    ['reason', escaped(reason)],
    ['source', `${escaped(source)}, ${reported_at}`],
  ]);
}

/** The result of publishing a list at a Hall. */
export function publishedText({ authority, sequence, banned, expires_at }: PublishedBanList): string {
  const hashes = count(banned, 'hash', 'hashes');
  return `The ban list of ${authority} is published: sequence ${sequence}, ${hashes}, valid until ${expires_at}.\nPublish it again before then: once it expires, workers that need an attestation are refused.\n`;
}

/** What a list says about a hash. */
export function entryText(hash: string, { authority }: BanList, entry: BanEntry | null): string {
  if (entry === null) return `${hash} is not on the ban list of ${authority}.\n`;
  const what = entry.review_status === 'cleared' ? 'was cleared by' : 'is banned by';
  return `${hash} ${what} ${authority}.\n${oneEntry(entry)}`;
}
