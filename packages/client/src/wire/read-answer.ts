import type { Endpoint } from '@wcp/spec/endpoints';
import { ANSWER_LIMITS, BoundedText, LimitExceeded } from '../json/bounded-text.ts';
import { Unreadable, Utf8Reader } from '../json/utf8-reader.ts';
import { beyondLimit, notAHall, tooLarge } from './errors.ts';
import { HallProblemError, readProblem } from './hall-problem-error.ts';

/** Where an answer comes from, and how large it may be. */
interface Source {
  readonly url: URL;
  readonly max_bytes: number;
}

/**
 * Reads the answer of an operation to its end. Its members are as the Hall sent them: that a server is a Hall
 * is known by its media types and problem documents, not by every member.
 *
 * @throws {HallProblemError}
 * @throws {WcpError} `ERR_WCP_NOT_A_HALL`, `ERR_WCP_HALL_ANSWER`
 */
export async function readAnswer(response: Response, endpoint: Endpoint, source: Source): Promise<unknown> {
  const media = mediaOf(response);
  if (media === 'application/problem+json') throw await readRefusal(response, source);
  if (media !== endpoint.media || !endpoint.statuses.includes(response.status)) {
    await response.body?.cancel();
    throw notAHall(source.url, response.status);
  }
  const reading = media === 'application/json' ? readJson(response, source) : readText(response, source);
  return orRefuse(reading, response, source);
}

/** The problem that a response carries; an error that says so where it carries none. */
export async function readRefusal(response: Response, source: Source): Promise<Error> {
  if (mediaOf(response) !== 'application/problem+json') {
    await response.body?.cancel();
    return notAHall(source.url, response.status);
  }
  const json = await orRefuse(readJson(response, source), response, source);
  const problem = readProblem(json, response.status);
  if (problem === null) return notAHall(source.url, response.status);
  return new HallProblemError(problem, readRetryAfter(response));
}

/** The media type of a response without its parameters. */
export function mediaOf({ headers }: Response): string {
  return (headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

/** `Retry-After` in milliseconds: seconds, or a date. */
function readRetryAfter({ headers }: Response): number | null {
  const text = headers.get('retry-after') ?? '';
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : Math.max(0, at - Date.now());
}

async function readJson(response: Response, source: Source): Promise<unknown> {
  const text = new BoundedText(ANSWER_LIMITS);
  await readParts(response, source, (part) => text.add(part));
  return text.parse();
}

async function readText(response: Response, source: Source): Promise<string> {
  const parts: string[] = [];
  await readParts(response, source, (part) => parts.push(part));
  return parts.join('');
}

/** Reads a body to its end, or to the first part that exceeds a limit. */
async function readParts(response: Response, source: Source, take: (part: string) => void): Promise<void> {
  const reader = response.body?.getReader();
  const utf8 = new Utf8Reader();
  let bytes = 0;
  try {
    for (let next = await reader?.read(); next?.value !== undefined; next = await reader?.read()) {
      bytes += next.value.byteLength;
      if (bytes > source.max_bytes) throw tooLarge(source.url, source.max_bytes);
      take(utf8.read(next.value));
    }
    take(utf8.read());
  } catch (error) {
    // The rest is not wanted, and a connection that broke cannot be cancelled.
    await reader?.cancel().catch(() => {});
    throw error;
  }
}

/** What a reading failed with, as the error of a caller. */
async function orRefuse<T>(reading: Promise<T>, { status }: Response, { url }: Source): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof LimitExceeded) throw beyondLimit(url, error.message);
    throw error instanceof Unreadable ? notAHall(url, status, error.message) : error;
  }
}
