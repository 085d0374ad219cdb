import type { HallClient, ListInputOf } from '@wcp/client';
import type { AnswerOf, ItemOf, ListOperationId } from '@wcp/spec/hall';
import type { Command } from 'commander';
import { readCount } from './read-count.ts';

/** Which part of a list to show. */
export interface ListOptions {
  readonly limit: string;
  readonly cursor?: string;
}

/** A part of a list. */
export interface ListPart<T> {
  readonly items: readonly T[];
  readonly next_cursor: string | null;
  /** How many items nobody can read any more; absent where there are none. */
  readonly omitted?: Omitted;
}

interface Omitted {
  readonly code: 'PAYLOAD_LOST';
  readonly count: number;
}

const PAGE = 1000;
const MAX_LIMIT = 1_000_000;

/** Adds the options that choose a part of a list. */
export function addListOptions(command: Command): Command {
  return command
    .option('--limit <number>', 'show at most this many', '100')
    .option('--cursor <cursor>', 'continue where an earlier list ended');
}

/** Fetches a list up to its limit; `next_cursor` says where to continue. */
export async function fetchList<K extends ListOperationId>(
  client: HallClient,
  operation: K,
  query: ListInputOf<K>,
  options: ListOptions,
): Promise<ListPart<ItemOf<K>>> {
  const limit = readCount('--limit', options.limit, 1, MAX_LIMIT);
  const items: ItemOf<K>[] = [];
  let cursor: string | null = options.cursor ?? null;
  let lost = 0;
  do {
    const room = Math.min(PAGE, limit - items.length);
    const page: AnswerOf<K> | null = await firstPage(client, operation, {
      ...query,
      limit: room,
      cursor: cursor ?? undefined,
    });
    if (page === null) break;
    items.push(...page.items);
    lost += (page as { readonly omitted?: Omitted }).omitted?.count ?? 0;
    cursor = page.next_cursor;
  } while (cursor !== null && items.length < limit);
  return { items, next_cursor: cursor, ...(lost > 0 && { omitted: { code: 'PAYLOAD_LOST', count: lost } }) };
}

async function firstPage<K extends ListOperationId>(
  client: HallClient,
  operation: K,
  input: ListInputOf<K>,
): Promise<AnswerOf<K> | null> {
  for await (const page of client.pages(operation, input)) return page;
  return null;
}

/** The line below a list that has more items. */
export function moreText({ next_cursor, omitted }: ListPart<unknown>): string {
  const more = next_cursor === null ? '' : `There are more. Show them with --cursor '${next_cursor}'\n`;
  return omitted === undefined ? more : `${lostText(omitted)}${more}`;
}

function lostText({ code, count }: Omitted): string {
  const [what, them] =
    count === 1 ? ['One more', 'its data key is'] : [`${count} more`, 'their data keys are'];
  return `${what} cannot be read, because ${them} gone (${code}). Restore keys/data from a backup.\n`;
}
