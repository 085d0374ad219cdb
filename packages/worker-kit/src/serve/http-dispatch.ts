import { parseJson } from '@wcp/spec/json';
import { readUnverified } from '../permit/verify-permit.ts';
import { type ChainedAnswer, type ChainedDispatch, problem } from '../run/chained-dispatch.ts';

/** The longest answer of a Hall, in bytes. */
const MAX_ANSWER_LENGTH = 8 * 1024 * 1024;
const LOOPBACK = /^(?:localhost|127(?:\.[0-9]{1,3}){3}|\[::1\])$/;

/**
 * The way to the Hall that the permit of a call names; undefined where it names none. A worker that knows a
 * Hall runs only where the permit is that Hall's. One that knows none can't tell who wrote the address, and
 * asks nobody but this machine.
 */
export function dispatchOf(
  permit: unknown,
  knowsHall: boolean,
  signal: AbortSignal,
): ChainedDispatch | undefined {
  const url = URL.parse(readUnverified(permit)?.dispatch_url ?? '');
  if (url === null || !/^https?:$/.test(url.protocol)) return undefined;
  if (!knowsHall && !LOOPBACK.test(url.hostname)) return undefined;
  return (asked) => askHall(url, { permit: String(permit), asked, signal });
}

interface Question {
  readonly permit: string;
  readonly asked: unknown;
  readonly signal: AbortSignal;
}

/** Asks the Hall for a chained dispatch: the permit of the call says for whom. */
async function askHall(url: URL, { permit, asked, signal }: Question): Promise<ChainedAnswer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${permit}` },
    body: JSON.stringify({ asked }),
    redirect: 'error',
    signal,
  });
  const text = await readText(response);
  if (!response.ok) throw problem(`The Hall refused to dispatch (HTTP ${response.status}${codeIn(text)}).`);
  return parseJson(text) as ChainedAnswer;
}

async function readText({ body }: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of body ?? []) {
    length += part.length;
    if (length > MAX_ANSWER_LENGTH) throw problem('The Hall’s answer is larger than 8 MiB.');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function codeIn(text: string): string {
  try {
    const { code } = JSON.parse(text) as { code?: unknown };
    return typeof code === 'string' && /^[A-Z][A-Z0-9_]{0,63}$/.test(code) ? `, ${code}` : '';
  } catch {
    return '';
  }
}
