import type { AnswerOf, ListOperationId, OperationId, RequestOf } from '@wcp/spec/hall';
import type { CallOptions, JsonText } from '../wire/call-options.ts';

type IsOptional<T, M extends keyof T> = object extends Pick<T, M> ? undefined : never;
/** The members of a path or query, where numbers may be given as numbers. */
type Loose<T> = T extends undefined
  ? unknown
  : { readonly [M in keyof T]: T[M] | (string extends T[M] ? number : never) | IsOptional<T, M> };
type Body<T> = T extends undefined ? unknown : T;
/** An object without members. */
interface NoInput {
  readonly input?: never;
}

type OrNoInput<T> = unknown extends T ? NoInput : T;

/** What an operation takes, as one object: the members of its path, its query and its body. */
export type InputOf<K extends OperationId> = OrNoInput<
  Loose<RequestOf<K>['params']> & Loose<RequestOf<K>['query']> & Body<RequestOf<K>['body']>
>;

/** Text may be sent in place of an input that is all body. */
type TextOf<K extends OperationId> = RequestOf<K>['params'] extends undefined
  ? RequestOf<K>['body'] extends undefined
    ? never
    : JsonText
  : never;

/** The arguments of an operation's method. */
type ArgumentsOf<K extends OperationId> =
  object extends InputOf<K>
    ? [input?: InputOf<K> | TextOf<K>, options?: CallOptions]
    : [input: InputOf<K> | TextOf<K>, options?: CallOptions];

/** The operations that answer with a stream. */
type StreamOperationId = 'followEvents' | 'streamDispatch';

/** One method for each operation of a Hall (section 9) that answers at once. */
export type HallOperations = {
  readonly [K in Exclude<OperationId, StreamOperationId>]: (...args: ArgumentsOf<K>) => Promise<AnswerOf<K>>;
};

/** The input of a list without its cursor. */
export type ListInputOf<K extends ListOperationId> = Omit<InputOf<K>, 'cursor'> & {
  /** Where to start: the `next_cursor` of an earlier page. */
  readonly cursor?: string | undefined;
};
