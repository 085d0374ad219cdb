import { WcpError } from '@wcp/spec/endpoints';
import type { CallOptions } from './call-options.ts';
import type { Connection } from './connection.ts';
import { timedOut, unreachable } from './errors.ts';
import { HallProblemError } from './hall-problem-error.ts';
import { readAnswer } from './read-answer.ts';
import { pause, pauseAfter } from './retry.ts';
import type { HallRequest } from './write-request.ts';

/**
 * Sends a request, again where that is safe and may help, and reads its answer.
 *
 * @throws {HallProblemError}
 * @throws {WcpError} `ERR_WCP_HALL_UNREACHABLE`, `ERR_WCP_HALL_TIMEOUT`, `ERR_WCP_NOT_A_HALL`, `ERR_WCP_HALL_ANSWER`
 */
export async function send(
  connection: Connection,
  request: HallRequest,
  options: CallOptions = {},
): Promise<unknown> {
  const timeout_ms = options.timeout_ms ?? connection.timeout_ms;
  const limit = AbortSignal.timeout(timeout_ms);
  const callers = [connection.signal, options.signal].filter((signal) => signal != null);
  const signal = AbortSignal.any([limit, ...callers]);
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await sendOnce(connection, request, signal);
    } catch (error) {
      for (const { aborted, reason } of callers) if (aborted) throw reason;
      if (limit.aborted && !(error instanceof HallProblemError)) throw timedOut(request.url, timeout_ms);
      const wait = request.isRepeatable && attempt < connection.retries ? pauseAfter(error, attempt) : null;
      if (wait === null) throw error;
      // A pause that the limit cuts short ends in the next attempt, which says what happened.
      await pause(wait, signal).catch(() => {});
    }
  }
}

async function sendOnce(
  { fetch, max_answer_bytes: max_bytes }: Connection,
  { endpoint, url, headers, body }: HallRequest,
  signal: AbortSignal,
): Promise<unknown> {
  try {
    const response = await fetch(url, requestInit(endpoint.method, headers, body, signal));
    return await readAnswer(response, endpoint, { url, max_bytes });
  } catch (error) {
    if (error instanceof HallProblemError || error instanceof WcpError) throw error;
    throw unreachable(url, error);
  }
}

/** A key is for the address that it was given for: no redirect is followed with it. */
export function requestInit(
  method: string,
  headers: Readonly<Record<string, string>>,
  body: string | null,
  signal: AbortSignal,
): RequestInit {
  return { method, headers, body, signal, redirect: 'manual', cache: 'no-store', credentials: 'omit' };
}
