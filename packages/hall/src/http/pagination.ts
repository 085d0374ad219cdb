import { Type } from 'typebox';
import { ProblemError } from '../base/problem.ts';

/** The members of a query that asks for a page. */
export const pageQuery = {
  cursor: Type.Optional(
    Type.String({ maxLength: 200, description: 'The `next_cursor` of the page before.' }),
  ),
  limit: Type.Optional(
    Type.String({
      pattern: '^[0-9]{1,4}$',
      description: 'At most so many items, 1 to 1000; 100 where absent.',
    }),
  ),
};

/** What a query asks for. */
export interface Page {
  readonly cursor: string | null;
  readonly limit: number;
}

/** A page of a list. */
export interface Items<T> {
  readonly items: readonly T[];
  /** Ask with it for the next page; null at the end. */
  readonly next_cursor: string | null;
}

/** Reads a page's query. */
export function readPage({ cursor, limit }: { cursor?: string; limit?: string }): Page {
  const count = limit === undefined ? 100 : Number(limit);
  if (count >= 1 && count <= 1000) return { cursor: cursor ?? null, limit: count };
  throw new ProblemError('INVALID_QUERY', 'limit is a number from 1 to 1000.', [
    { path: '/limit', code: 'INVALID_VALUE', message: 'Expected 1 to 1000.' },
  ]);
}

/** A cursor that is a position in the log. */
export function positionOf({ cursor }: Page): number | null {
  if (cursor === null) return null;
  if (/^[0-9]{1,15}$/.test(cursor)) return Number(cursor);
  throw new ProblemError('INVALID_QUERY', 'This is not a cursor of this list.', [
    { path: '/cursor', code: 'INVALID_VALUE', message: 'Expected the next_cursor of the page before.' },
  ]);
}

/** Cuts a page out of a list that is in memory, by the id that orders it. */
export function cut<T>(all: readonly T[], idOf: (item: T) => string, { cursor, limit }: Page): Items<T> {
  const from = cursor === null ? all : all.filter((item) => idOf(item) > cursor);
  const items = from.slice(0, limit);
  const last = items.at(-1);
  return { items, next_cursor: from.length > limit && last !== undefined ? idOf(last) : null };
}
