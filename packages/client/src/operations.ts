import type { AnswerOf, ListOperationId, OperationId, RequestOf } from '@wcp/spec/hall';

/**
 * A body that is JSON already and is sent exactly as it is, for example a file that a person wrote: the Hall
 * then judges that very text.
 *
 * @example
 * import { createHallClient, JsonText } from '@wcp/client';
 *
 * declare const text: string;
 * const hall = createHallClient({ url: 'http://127.0.0.1:7420', key: 'wcp_…' });
 * const decision = await hall.route(new JsonText(text));
 * console.log(decision.outcome);
 */
export class JsonText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What a call may have beside its input. */
export interface CallOptions {
  /** Ends the call, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** How long the call may take with its retries, in milliseconds. */
  readonly timeout_ms?: number | undefined;
  /** Authenticates this call in place of the client's key: for `chain`, the permit of the running call. */
  readonly key?: string | undefined;
  /** With `dispatch`: names the request, so that it is dispatched only once; 1 to 255 visible ASCII characters. */
  readonly idempotencyKey?: string | undefined;
  /** Further request headers. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

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

/** One method for each operation of a Hall (section 9) but the stream of events. */
export type HallOperations = {
  readonly [K in Exclude<OperationId, 'followEvents'>]: (...args: ArgumentsOf<K>) => Promise<AnswerOf<K>>;
};

/** The input of a list without its cursor. */
export type ListInputOf<K extends ListOperationId> = Omit<InputOf<K>, 'cursor'> & {
  /** Where to start: the `next_cursor` of an earlier page. */
  readonly cursor?: string | undefined;
};
