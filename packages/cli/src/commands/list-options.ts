import type { Command } from 'commander';
import type { HallClient, Page, Query } from '../client/hall-client.ts';
import { readCount } from './read-count.ts';

/** Which part of a list to show. */
export interface ListOptions {
  readonly limit: string;
  readonly cursor?: string;
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
export async function fetchList<T>(
  client: HallClient,
  path: string,
  query: Query,
  options: ListOptions,
): Promise<Page<T>> {
  const limit = readCount('--limit', options.limit, 1, MAX_LIMIT);
  const items: T[] = [];
  let cursor: string | null = options.cursor ?? null;
  do {
    const page: Page<T> = await client.get(path, {
      ...query,
      limit: Math.min(PAGE, limit - items.length),
      cursor: cursor ?? undefined,
    });
    items.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor !== null && items.length < limit);
  return { items, next_cursor: cursor };
}

/** The line below a list that has more items. */
export function moreText({ next_cursor }: Page<unknown>): string {
  return next_cursor === null ? '' : `There are more. Show them with --cursor '${next_cursor}'\n`;
}
