import { FOREIGN_TEXT_LIMITS, parseJson } from '@wcp/spec/json';
import { decodeUtf8, hasByteOrderMark } from '../../base/utf8.ts';
import { readUnverified } from '../../permit/verify-permit.ts';
import { type ChainedAnswer, type ChainedDispatch, dispatchError } from '../../run/chained-dispatch.ts';

/** The maximum length of a Hall's answer, in bytes. */
const MAX_ANSWER_LENGTH = 8 * 1024 * 1024;
const LOOPBACK = /^(?:localhost|127(?:\.[0-9]{1,3}){3}|\[::1\])$/;

/**
 * Dispatches by way of the Hall that the permit of a call names; undefined where it names none. A worker that
 * knows a Hall runs only with that Hall's permit. One that knows none can't tell who wrote the address, so it
 * connects only to this machine.
 */
export function dispatchOf(
  permit: unknown,
  knowsHall: boolean,
  signal: AbortSignal,
): ChainedDispatch | undefined {
  const url = URL.parse(readUnverified(permit)?.dispatch_url ?? '');
  if (url === null || !/^https?:$/.test(url.protocol)) return undefined;
  if (!knowsHall && !LOOPBACK.test(url.hostname)) return undefined;
  return (request) => sendToHall(url, { permit: String(permit), request, signal });
}

interface DispatchRequest {
  readonly permit: string;
  readonly request: unknown;
  readonly signal: AbortSignal;
}

/** Sends a chained dispatch to the Hall, which knows the call by its permit. */
async function sendToHall(url: URL, { permit, request, signal }: DispatchRequest): Promise<ChainedAnswer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${permit}` },
    body: JSON.stringify({ asked: request }),
    redirect: 'error',
    signal,
  });
  const text = decodeUtf8(await readBytes(response));
  if (!response.ok)
    throw dispatchError(`The Hall did not dispatch (HTTP ${response.status}${codeIn(text ?? '')}).`);
  if (text === null) throw dispatchError('The Hall’s answer is not UTF-8.');
  return readAnswer(text) as ChainedAnswer;
}

function readAnswer(text: string): unknown {
  try {
    return parseJson(text, FOREIGN_TEXT_LIMITS);
  } catch (cause) {
    const what = hasByteOrderMark(text) ? 'begins with a byte order mark' : 'is not JSON within the limits';
    throw dispatchError(`The Hall’s answer ${what}.`, cause);
  }
}

async function readBytes({ body }: Response): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of body ?? []) {
    length += part.length;
    if (length > MAX_ANSWER_LENGTH) throw dispatchError('The Hall’s answer is larger than 8 MiB.');
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function codeIn(text: string): string {
  try {
    const { code } = parseJson(text, FOREIGN_TEXT_LIMITS) as { code?: unknown };
    return typeof code === 'string' && /^[A-Z][A-Z0-9_]{0,63}$/.test(code) ? `, ${code}` : '';
  } catch {
    return '';
  }
}
