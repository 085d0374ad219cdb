import { ProblemError } from '../base/problem.ts';

/** The page of a list that a query names. */
export interface Page {
  readonly cursor: string | null;
  readonly limit: number;
}

/** A page of a list. */
export interface Items<T> {
  readonly items: readonly T[];
  /** The `cursor` of the next page; null at the end. */
  readonly next_cursor: string | null;
}

/** A page of a list, and how many of it nobody can read. */
export interface ReadableItems<T> extends Items<T> {
  readonly omitted?: { readonly code: 'PAYLOAD_LOST'; readonly count: number };
}

/** Says of a page how many of it are lost; nothing where none is. */
export function withOmitted<T>({ items, next_cursor }: Items<T>, count: number): ReadableItems<T> {
  return { items, next_cursor, ...(count > 0 && { omitted: { code: 'PAYLOAD_LOST', count } }) };
}

/** Reads a page's query. */
export function readPage({ cursor, limit }: { cursor?: string; limit?: string }): Page {
  const count = limit === undefined ? 100 : Number(limit);
  if (count >= 1 && count <= 1000) return { cursor: cursor ?? null, limit: count };
  throw new ProblemError('INVALID_QUERY', 'limit must be a number from 1 to 1000.', [
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

/** One page of a list that is in memory, ordered by the id that `idOf` gives. */
export function cut<T>(all: readonly T[], idOf: (item: T) => string, { cursor, limit }: Page): Items<T> {
  const from = cursor === null ? all : all.filter((item) => idOf(item) > cursor);
  const items = from.slice(0, limit);
  const last = items.at(-1);
  return { items, next_cursor: from.length > limit && last !== undefined ? idOf(last) : null };
}
