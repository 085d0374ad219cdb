import { ENDPOINTS, type Endpoint } from '@wcp/spec/endpoints';
import type { AnswerOf, DispatchAnswer, ItemOf, ListOperationId } from '@wcp/spec/hall';
import type { CallOptions, JsonText } from '../wire/call-options.ts';
import { type HallClientOptions, openConnection } from '../wire/connection.ts';
import { notAHall } from '../wire/errors.ts';
import { send } from '../wire/send.ts';
import { writeRequest } from '../wire/write-request.ts';
import { type EventsOptions, followEvents, type ReceivedEvent } from './follow-events.ts';
import type { HallOperations, InputOf, ListInputOf } from './operations.ts';
import { type FollowOptions, streamDispatch } from './stream-dispatch.ts';

/** A Hall over HTTP (section 9): one method an operation, and what spans several requests. */
export interface HallClient extends HallOperations {
  /**
   * The pages of a list, each requested when it is needed.
   *
   * @throws {HallProblemError}
   * @throws {WcpError}
   */
  pages<K extends ListOperationId>(
    operation: K,
    input?: ListInputOf<K>,
    options?: CallOptions,
  ): AsyncGenerator<AnswerOf<K>>;
  /** The items of a list over all of its pages. */
  items<K extends ListOperationId>(
    operation: K,
    input?: ListInputOf<K>,
    options?: CallOptions,
  ): AsyncGenerator<ItemOf<K>>;
  /**
   * Events as they become durable, each once and in order. A connection that breaks is opened again after the
   * last event; the iteration ends with the signal, or where the loop over it is left.
   *
   * @throws {HallProblemError} such as `UNAUTHENTICATED` once the key is revoked
   * @throws {WcpError} `ERR_WCP_HALL_UNREACHABLE` after ten connections in a row that failed; `ERR_WCP_NOT_A_HALL`
   */
  events(options?: EventsOptions): AsyncGenerator<ReceivedEvent>;
  /**
   * Dispatches, and hears of the worker's progress meanwhile. The signal, and a connection that breaks, cancel the
   * dispatch: one that waits is withdrawn, and a worker that has it is told to stop. It is never repeated.
   *
   * @throws {HallProblemError}
   * @throws {WcpError} such as `ERR_WCP_HALL_UNREACHABLE`: whether the request was carried out is then unknown
   */
  streamDispatch(input: InputOf<'dispatch'> | JsonText, options?: FollowOptions): Promise<DispatchAnswer>;
}

/**
 * Makes the client of a Hall (section 9). Each method rejects with a {@link HallProblemError} where the Hall
 * answers with a problem, and with a `WcpError` where no Hall answers: `ERR_WCP_HALL_UNREACHABLE`,
 * `ERR_WCP_HALL_TIMEOUT`, `ERR_WCP_NOT_A_HALL`, `ERR_WCP_HALL_ANSWER` (too large or nested too deeply). A dispatch that is denied
 * is an answer. Only what is safe to repeat is repeated: reading, and a dispatch with an `idempotencyKey`.
 *
 * @throws {WcpError} `ERR_WCP_HALL` for an address or a key that cannot be used
 * @example
 * import { createHallClient } from '@wcp/client';
 *
 * const hall = createHallClient({ url: 'http://127.0.0.1:7420', key: 'wcp_…' });
 * const { items } = await hall.listPendingApprovals({ limit: 20 });
 * for (const { approval_id } of items) {
 *   await hall.resolveApproval({ approval_id, resolution: 'deny', reason: 'Not today.' });
 * }
 */
export function createHallClient(options: HallClientOptions): HallClient {
  const connection = openConnection(options);
  const call = (endpoint: Endpoint) => async (input?: JsonText | object, callOptions?: CallOptions) =>
    send(connection, writeRequest(connection, endpoint, input, callOptions), callOptions);
  const methods = Object.entries(ENDPOINTS)
    .filter(([, { media }]) => media !== 'text/event-stream')
    .map(([id, endpoint]) => [id, call(endpoint)]);
  // The table of operations gives each method its type; what a Hall sends is taken at its word.
  const operations = Object.fromEntries(methods) as HallOperations;

  async function* pages<K extends ListOperationId>(
    operation: K,
    input?: ListInputOf<K>,
    callOptions?: CallOptions,
  ): AsyncGenerator<AnswerOf<K>> {
    const ask = call(ENDPOINTS[operation]);
    let cursor = input?.cursor ?? null;
    do {
      const page = await ask({ ...input, ...(cursor !== null && { cursor }) }, callOptions);
      if (!isPage<AnswerOf<K>>(page) || page.next_cursor === (cursor ?? ''))
        throw notAHall(connection.url, 200);
      yield page;
      cursor = page.next_cursor;
    } while (cursor !== null);
  }

  return {
    ...operations,
    pages,
    async *items(operation, input, callOptions) {
      for await (const page of pages(operation, input, callOptions)) yield* page.items;
    },
    events: (eventsOptions = {}) => followEvents(connection, eventsOptions),
    streamDispatch: (input, followOptions = {}) => streamDispatch(connection, input, followOptions),
  };
}

/** Whether an answer has the members that every page has. */
function isPage<P>(value: unknown): value is P & { items: []; next_cursor: string | null } {
  const { items, next_cursor } = Object(value) as Record<string, unknown>;
  return Array.isArray(items) && (next_cursor === null || typeof next_cursor === 'string');
}
