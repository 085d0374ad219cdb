import { ENDPOINTS, WcpError } from '@wcp/spec/endpoints';
import type { DispatchAnswer } from '@wcp/spec/hall';
import { ANSWER_LIMITS, LimitExceeded, parseBounded } from '../json/bounded-text.ts';
import { Unreadable } from '../json/utf8-reader.ts';
import type { CallOptions, JsonText } from '../wire/call-options.ts';
import type { Connection } from '../wire/connection.ts';
import { beyondLimit, notAHall, timedOut, tooLarge, unreachable } from '../wire/errors.ts';
import { MessageTooLarge, readEventStream, type StreamMessage } from '../wire/event-stream.ts';
import { HallProblemError, readProblem } from '../wire/hall-problem-error.ts';
import { mediaOf, readRefusal } from '../wire/read-answer.ts';
import { requestInit } from '../wire/send.ts';
import { SilenceLimit, streamText } from '../wire/stream-text.ts';
import { type HallRequest, writeRequest } from '../wire/write-request.ts';

/** What following a dispatch may have beside its input. */
export interface FollowOptions extends Omit<CallOptions, 'idempotencyKey'> {
  /** Gets what the worker says of its progress, as it sent that: an attacker's, as everything that a worker says. */
  readonly onProgress?: ((progress: unknown) => void) | undefined;
}

/** Dispatches once, and reads the stream until its answer. */
export async function streamDispatch(
  connection: Connection,
  input: JsonText | object,
  options: FollowOptions,
): Promise<DispatchAnswer> {
  const request = writeRequest(connection, ENDPOINTS.streamDispatch, input, options);
  const { timeout_ms = connection.timeout_ms } = options;
  const limit = AbortSignal.timeout(timeout_ms);
  const callers = [connection.signal, options.signal].filter((signal) => signal != null);
  try {
    return await follow(connection, request, AbortSignal.any([limit, ...callers]), options.onProgress);
  } catch (error) {
    for (const { aborted, reason } of callers) if (aborted) throw reason;
    throw limit.aborted ? timedOut(request.url, timeout_ms) : refusalOf(error, connection, request.url);
  }
}

async function follow(
  connection: Connection,
  request: HallRequest,
  signal: AbortSignal,
  onProgress: FollowOptions['onProgress'],
): Promise<DispatchAnswer> {
  const silence = new SilenceLimit();
  try {
    const response = await open(connection, request, AbortSignal.any([signal, silence.signal]));
    return await answerIn(streamText(response, silence), connection, request.url, onProgress);
  } finally {
    silence.end();
  }
}

async function open(
  { fetch, max_answer_bytes: max_bytes }: Connection,
  { url, headers, body }: HallRequest,
  signal: AbortSignal,
): Promise<Response> {
  const response = await fetch(url, requestInit('POST', headers, body, signal));
  if (response.status === 200 && mediaOf(response) === 'text/event-stream') return response;
  throw await readRefusal(response, { url, max_bytes });
}

async function answerIn(
  text: AsyncIterable<string>,
  { max_answer_bytes }: Connection,
  url: URL,
  onProgress: FollowOptions['onProgress'],
): Promise<DispatchAnswer> {
  for await (const message of readEventStream(text, max_answer_bytes)) {
    const answer = take(message, url, onProgress);
    if (answer !== null) return answer;
  }
  throw unreachable(url, null);
}

/** The answer that a message carries; null where it carries something else. */
function take(
  { name, data }: StreamMessage,
  url: URL,
  onProgress: FollowOptions['onProgress'],
): DispatchAnswer | null {
  if (data === null) return null;
  const value = parseBounded(data, ANSWER_LIMITS);
  const { status, answer } = Object(value) as Readonly<Record<string, unknown>>;
  if (name === 'problem') throw problemIn(value, Number(status), url);
  if (name === 'progress') onProgress?.(value);
  return name === 'answer' ? readAnswer(answer, url) : null;
}

function readAnswer(answer: unknown, url: URL): DispatchAnswer {
  if (typeof answer !== 'object' || answer === null || !('decision' in answer)) throw notAHall(url, 200);
  return answer as DispatchAnswer;
}

function problemIn(value: unknown, status: number, url: URL): Error {
  const problem = readProblem(value, status);
  return problem === null ? notAHall(url, 200) : new HallProblemError(problem);
}

function refusalOf(error: unknown, { max_answer_bytes }: Connection, url: URL): Error {
  if (error instanceof HallProblemError || error instanceof WcpError) return error;
  if (error instanceof Unreadable) return notAHall(url, 200, error.message);
  if (error instanceof MessageTooLarge) return tooLarge(url, max_answer_bytes);
  return error instanceof LimitExceeded ? beyondLimit(url, error.message) : unreachable(url, error);
}
