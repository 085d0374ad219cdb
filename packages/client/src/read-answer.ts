import type { Endpoint } from '@wcp/spec/endpoints';
import { notAHall, tooLarge } from './errors.ts';
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
  const text = await readText(response, source);
  return media === 'application/json' ? parse(text, response, source) : text;
}

/** The problem that a response carries; an error that says so where it carries none. */
export async function readRefusal(response: Response, source: Source): Promise<Error> {
  if (mediaOf(response) !== 'application/problem+json') {
    await response.body?.cancel();
    return notAHall(source.url, response.status);
  }
  const json = parse(await readText(response, source), response, source);
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

async function readText(response: Response, source: Source): Promise<string> {
  const reader = response.body?.getReader();
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let text = '';
  for (let bytes = 0; reader !== undefined; ) {
    const { done, value } = await reader.read();
    if (done) break;
    bytes += value.byteLength;
    if (bytes > source.max_bytes) {
      await reader.cancel();
      throw tooLarge(source.url, source.max_bytes);
    }
    text += decoded(() => decoder.decode(value, { stream: true }), response, source);
  }
  return text + decoded(() => decoder.decode(), response, source);
}

function decoded(decode: () => string, { status }: Response, { url }: Source): string {
  try {
    return decode();
  } catch {
    throw notAHall(url, status);
  }
}

function parse(text: string, { status }: Response, { url }: Source): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw notAHall(url, status);
  }
}
