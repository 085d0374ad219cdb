import type { IncomingHttpHeaders } from 'node:http';
import { isOutsideEnvelope } from '@wcp/worker-kit';
import { type Dispatcher, request } from 'undici';
import { type MediaType, readMediaType } from '../content/media-type.ts';
import { Refusal } from '../refusal.ts';
import type { Request } from '../schema.ts';
import { AddressRefused, checkedAgent, type Network } from './checked-agent.ts';
import { readBody } from './read-body.ts';
import { readUrl } from './url.ts';

/** The content after all redirects. */
export interface Retrieved {
  readonly url: string;
  readonly status: number;
  readonly type: MediaType;
  readonly content: Uint8Array;
  readonly redirects: readonly string[];
}

/** The limits of a request, and what it sends. */
export interface Conditions extends Pick<Request, 'max_bytes' | 'max_redirects'> {
  readonly correlation_id: string;
  readonly signal: AbortSignal;
  readonly network: Network;
}

/** Fetches an HTTP URL and follows redirects; every address on the way is checked like the first. */
export async function retrieve(start: URL, conditions: Conditions): Promise<Retrieved | Refusal> {
  const redirects: string[] = [];
  for (let url = start; ; ) {
    const hop = await visit(url, conditions);
    if (hop instanceof Refusal) return hop;
    if (!(hop instanceof URL)) return { ...hop, url: url.href, redirects };
    redirects.push(url.href);
    if (redirects.length > conditions.max_redirects) return new Refusal('FETCH_TOO_MANY_REDIRECTS');
    url = hop;
  }
}

type Hop = Pick<Retrieved, 'status' | 'type' | 'content'> | URL | Refusal;

async function visit(url: URL, conditions: Conditions): Promise<Hop> {
  const agent = checkedAgent(url, conditions.network);
  if (agent instanceof Refusal) return agent;
  try {
    const response = await send(url, agent, conditions);
    return response instanceof Refusal ? response : await readResponse(url, response, conditions);
  } finally {
    agent.destroy().catch(() => {});
  }
}

async function send(url: URL, dispatcher: Dispatcher, { signal, correlation_id }: Conditions) {
  const headers = {
    accept: 'text/html, text/markdown, text/plain;q=0.9',
    'accept-encoding': 'gzip, br',
    'user-agent': 'wcp-web-fetcher/0.1',
    'x-correlation-id': correlation_id,
  };
  try {
    return await request(url, { dispatcher, signal, headers });
  } catch (error) {
    if (signal.aborted) return new Refusal('FETCH_TIMEOUT');
    if (isOutsideEnvelope(error)) return new Refusal('FETCH_OUTSIDE_ENVELOPE');
    return new Refusal(error instanceof AddressRefused ? 'FETCH_ADDRESS_NOT_ALLOWED' : 'FETCH_UNREACHABLE');
  }
}

const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];

async function readResponse(
  url: URL,
  response: Dispatcher.ResponseData,
  conditions: Conditions,
): Promise<Hop> {
  const { statusCode: status, headers, body } = response;
  // An error after the last read can be ignored.
  body.on('error', () => {});
  const location = headerOf(headers, 'location');
  if (REDIRECTS.includes(status) && location !== null) return readUrl(location, url);
  if (status < 200 || status > 299) {
    return new Refusal('FETCH_HTTP_STATUS', `The server answered with the status ${status}.`);
  }
  const type = readMediaType(headerOf(headers, 'content-type'), url.pathname);
  if (type instanceof Refusal) return type;
  const content = await readBody(body, headerOf(headers, 'content-encoding'), conditions);
  return content instanceof Refusal ? content : { status, type, content };
}

function headerOf(headers: IncomingHttpHeaders, name: string): string | null {
  const value = headers[name];
  return (Array.isArray(value) ? value[0] : value) ?? null;
}
