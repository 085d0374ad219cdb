import { type TSchema, Type } from 'typebox';
import { closed, nullable } from '../document/schema/common.ts';
import type { Endpoint } from '../endpoints/endpoints.ts';
import type { Role } from './roles.ts';

/** One operation of a Hall: where it is, who may call it, and the schemas of what it takes and gives. */
export interface Operation extends Endpoint {
  readonly summary: string;
  readonly description?: string;
  /** The roles that may call it; `public`: everybody, without a key; `permit`: the holder of a running call's permit. */
  readonly access: readonly Role[] | 'public' | 'permit';
  /** The parameters of the path. */
  readonly params?: TSchema;
  readonly query?: TSchema;
  readonly headers?: TSchema;
  readonly body?: TSchema;
  /** The schema of the answer by its HTTP status. */
  readonly answers: Readonly<Record<number, TSchema>>;
  /** The HTTP statuses of the problems that a caller may meet. */
  readonly problems: readonly number[];
}

/** The problems of every operation that needs a key. */
export const USUAL_PROBLEMS: readonly number[] = [400, 401, 403, 429, 503];
/** The problems of an operation about one thing that may not exist. */
export const LOOKUP_PROBLEMS: readonly number[] = [400, 401, 403, 404, 429, 503];
/** The problems of an operation that changes one thing, whose state may not allow it. */
export const CHANGE_PROBLEMS: readonly number[] = [400, 401, 403, 404, 409, 429, 503];

/** Any text. */
export const text = Type.String();
/** A text of at most so many characters. */
export const textUpTo = (maxLength: number, options: object = {}) => Type.String({ maxLength, ...options });
/** One page of a list. */
export const pageOf = <T extends TSchema>(item: T) =>
  closed({ items: Type.Array(item), next_cursor: nullable(text) });

/** One page of a list whose items are encrypted, and how many of it nobody can read any more. */
export const readablePageOf = <T extends TSchema>(item: T) =>
  closed({
    items: Type.Array(item),
    next_cursor: nullable(text),
    omitted: Type.Optional(
      closed(
        { code: Type.Enum(['PAYLOAD_LOST']), count: Type.Integer({ minimum: 1 }) },
        {
          description:
            'How many of this page are left out because their data key is gone, and no receipt says that they were forgotten. Filters by what is encrypted do not apply to them. Absent where there are none.',
        },
      ),
    ),
  });

/** The members of a query for one page of a list. */
export const pageQuery = {
  cursor: Type.Optional(textUpTo(200, { description: 'The `next_cursor` of the page before.' })),
  limit: Type.Optional(
    Type.String({
      pattern: '^[0-9]{1,4}$',
      description: 'Maximum number of items, 1 to 1000 (default 100).',
    }),
  ),
};
