import type { Command } from 'commander';
import type { HallClient, Page, Query } from '../client/hall-client.ts';
import { readCount } from './read-count.ts';

/** How much of a list is wanted. */
export interface ListOptions {
  readonly limit: string;
  readonly cursor?: string;
}

const PAGE = 1000;
const MOST = 1_000_000;

/** Adds the options that say how much of a list is wanted. */
export function addListOptions(command: Command): Command {
  return command
    .option('--limit <number>', 'at most so many', '100')
    .option('--cursor <cursor>', 'go on after what an earlier list ended with');
}

/** Takes as much of a list as is wanted; `next_cursor` is where to go on. */
export async function takeList<T>(
  client: HallClient,
  path: string,
  query: Query,
  options: ListOptions,
): Promise<Page<T>> {
  const limit = readCount('--limit', options.limit, 1, MOST);
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

/** What stands below a list that goes on. */
export function moreText({ next_cursor }: Page<unknown>): string {
  return next_cursor === null ? '' : `There are more: --cursor '${next_cursor}' shows them.\n`;
}
