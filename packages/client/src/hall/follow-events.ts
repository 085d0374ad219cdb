import { ENDPOINTS, FOREIGN_TEXT_LIMITS, WcpError } from '@wcp/spec/endpoints';
import type { FeedEvent } from '@wcp/spec/hall';
import { LimitExceeded, parseBounded } from '../json/bounded-text.ts';
import { Unreadable } from '../json/utf8-reader.ts';
import type { Connection } from '../wire/connection.ts';
import { misuse, notAHall, unreachable } from '../wire/errors.ts';
import { MessageTooLarge, readEventStream, type StreamMessage } from '../wire/event-stream.ts';
import { HallProblemError } from '../wire/hall-problem-error.ts';
import { mediaOf, readRefusal } from '../wire/read-answer.ts';
import { backoff, pause, pauseAfter } from '../wire/retry.ts';
import { requestInit } from '../wire/send.ts';
import { SilenceLimit, streamText } from '../wire/stream-text.ts';
import { writeRequest } from '../wire/write-request.ts';

/** Which events, and until when. */
export interface EventsOptions {
  /** The id of the last event received, or `'0'` for every event that the Hall holds; absent, from now on. */
  readonly since?: string | undefined;
  /** Ends the stream; the iteration then ends as well. */
  readonly signal?: AbortSignal | undefined;
}

/** An event of a Hall with its id, after which a later stream can resume. */
export interface ReceivedEvent {
  readonly id: string;
  readonly event: FeedEvent;
}

/** How many connections in a row may fail without bringing an event. */
const MAX_FAILURES = 10;
/** A connection that lived so long counts as one that worked. */
const LASTING_MS = 30_000;
const MAX_MESSAGE_LENGTH = 1024 * 1024;
const MAX_PAUSE_MS = 30_000;

/** What a header can carry back to the Hall. */
const EVENT_ID = /^[\x21-\x7e]{1,200}$/;

/** Where a stream has come to. */
interface Progress {
  id: string | null;
  failures: number;
  hasConnected: boolean;
  retry_ms: number;
}

/**
 * Every event once and in order, over as many connections as it takes.
 *
 * @throws {HallProblemError} such as `UNAUTHENTICATED` once the key is revoked
 * @throws {WcpError} `ERR_WCP_HALL_UNREACHABLE` after ten connections in a row that failed; `ERR_WCP_NOT_A_HALL`;
 * `ERR_WCP_HALL` for a `since` that is not an id
 */
export async function* followEvents(
  connection: Connection,
  { since, signal }: EventsOptions,
): AsyncGenerator<ReceivedEvent> {
  const signals = [connection.signal, signal].filter((one) => one != null);
  const stop = AbortSignal.any(signals);
  if (since !== undefined && !EVENT_ID.test(since)) throw misuse('since is the id of an event, or "0".');
  const progress: Progress = { id: since ?? null, failures: 0, hasConnected: false, retry_ms: 0 };
  while (!stop.aborted) {
    const began = Date.now();
    let failure: unknown = null;
    try {
      yield* followOnce(connection, progress, stop);
    } catch (error) {
      if (stop.aborted) return;
      if (!isTransient(error)) throw error;
      failure = error;
    }
    progress.failures = Date.now() - began > LASTING_MS ? 0 : progress.failures + 1;
    const most = progress.hasConnected ? MAX_FAILURES : connection.retries;
    if (progress.failures > most) throw failure ?? unreachable(connection.url, null);
    const wait = pauseAfter(failure, progress.failures) ?? backoff(progress.failures);
    await pause(Math.min(MAX_PAUSE_MS, Math.max(progress.retry_ms, wait)), stop).catch(() => {});
  }
}

function isTransient(error: unknown): boolean {
  return pauseAfter(error, 0) !== null;
}

async function* followOnce(
  connection: Connection,
  progress: Progress,
  stop: AbortSignal,
): AsyncGenerator<ReceivedEvent> {
  const silence = new SilenceLimit();
  const { url } = connection;
  try {
    const response = await open(connection, progress.id, AbortSignal.any([stop, silence.signal]));
    progress.hasConnected = true;
    for await (const message of readEventStream(streamText(response, silence), MAX_MESSAGE_LENGTH)) {
      const received = take(message, progress, url);
      if (received !== null) yield received;
    }
  } catch (error) {
    if (error instanceof HallProblemError || error instanceof WcpError) throw error;
    if (error instanceof Unreadable) throw notAHall(url, 200, error.message);
    if (error instanceof MessageTooLarge || error instanceof LimitExceeded)
      throw notAHall(url, 200, 'an event is too large or nested too deeply');
    throw unreachable(url, error);
  } finally {
    silence.end();
  }
}

function take({ id, data, retry_ms }: StreamMessage, progress: Progress, url: URL): ReceivedEvent | null {
  if (retry_ms !== null) progress.retry_ms = retry_ms;
  if (data === null) return null;
  const event = parseBounded(data, FOREIGN_TEXT_LIMITS);
  if (!isEvent(event) || id === null || !EVENT_ID.test(id)) throw notAHall(url, 200);
  progress.id = id;
  progress.failures = 0;
  return { id, event };
}

function isEvent(value: unknown): value is FeedEvent {
  return typeof value === 'object' && value !== null && 'event_id' in value;
}

async function open(connection: Connection, id: string | null, signal: AbortSignal): Promise<Response> {
  const { url, headers } = writeRequest(
    connection,
    ENDPOINTS.followEvents,
    {},
    {
      headers: id === null ? {} : { 'last-event-id': id },
    },
  );
  const response = await connection.fetch(url, requestInit('GET', headers, null, signal));
  if (response.status === 200 && mediaOf(response) === 'text/event-stream') return response;
  throw await readRefusal(response, { url, max_bytes: connection.max_answer_bytes });
}
