import type { Readable } from 'node:stream';
import type { AnswerOf, OPERATIONS, OperationId, RequestOf } from '@wcp/spec/hall';
import type { FastifyRequest } from 'fastify';
import type { ReceivedRequest } from '../base/received-request.ts';
import type { Principal } from '../identity/principal.ts';
import type { HallParts } from './hall-parts.ts';

/** What a route is called with: the parts of the request, in the types that their schemas give them. */
export interface Call<K extends OperationId, Body = RequestOf<K>['body']> {
  readonly hall: HallParts;
  readonly params: RequestOf<K>['params'];
  readonly query: RequestOf<K>['query'];
  readonly body: Body;
  /** Who calls; null only where the operation needs no key. */
  readonly principal: PrincipalOf<K>;
  readonly request: FastifyRequest;
  /** Counts a text that is kept as evidence. @throws {ProblemError} `RATE_LIMITED` */
  keep(text: string): void;
}

type PrincipalOf<K extends OperationId> = (typeof OPERATIONS)[K]['access'] extends string
  ? Principal | null
  : Principal;

/** The answer of an operation, or a {@link Reply} with it. */
type Answered<K extends OperationId> =
  | AnswerOf<K>
  | Reply<AnswerOf<K>>
  | (K extends 'followEvents' ? StreamReply : never);

type Handled<K extends OperationId> = Answered<K> | Promise<Answered<K>>;

/**
 * One row of the HTTP interface: what the Hall does for an operation. Method, path, access and schemas stand in
 * the table of `@wcp/spec/hall`, which also gives `handle` its types.
 */
type Route<K extends OperationId> =
  /** The body is checked against its schema. */
  | { readonly body?: undefined; handle(call: Call<K>): Handled<K> }
  /** The body is any JSON: the reader of its document finds everything that is wrong with it. */
  | { readonly body: 'unchecked'; handle(call: Call<K, unknown>): Handled<K> }
  /** The body stays as it came, for evidence and for `decide`, which answers for whatever it is. */
  | { readonly body: 'received'; handle(call: Call<K, ReceivedRequest>): Handled<K> };

/** The rows by operation. */
export type Routes = { readonly [K in OperationId]: Route<K> };

/** How an answer is sent where it is not sent as JSON with the operation's first status. */
interface Sending {
  readonly status?: number;
  /** The content type. */
  readonly type?: string;
  /** The JSON of the answer, where it is at hand. */
  readonly text?: string;
  /** The text of the answer, as it comes about; a reader that goes away destroys it. */
  readonly stream?: Readable;
}

/** An answer, and how it is sent. */
export class Reply<T> {
  readonly answer: T;
  readonly sending: Sending;

  constructor(answer: T, sending: Sending) {
    this.answer = answer;
    this.sending = sending;
  }
}

/** An answer without an end. A stream that waits is not ended from outside: `stop` ends what it waits for. */
export class StreamReply {
  readonly stream: Readable;
  readonly stop: () => void;

  constructor(stream: Readable, stop: () => void) {
    this.stream = stream;
    this.stop = stop;
  }
}
