import { authenticateByKey } from '../../src/face/auth/key-authentication.ts';
import type { HttpFaceOptions } from '../../src/face/http/http-face.ts';
import { createHttpFace, type HttpFace } from '../../src/face/http/http-face.ts';
import { FakeGateway } from './fake-gateway.ts';
import { type Json, metaOf } from './pipe.ts';

const HOLDERS: Readonly<Record<string, string>> = { 'Bearer wcp_acme': 'acme', 'Bearer wcp_other': 'other' };

/** Keys of two tenants and of a steward. */
const authenticate = authenticateByKey({
  async recognise(authorization) {
    if (authorization === 'Bearer wcp_steward')
      return { id: 'key:steward', roles: ['steward'], tenant_id: null };
    if (authorization === 'Bearer wcp_auditor')
      return { id: 'key:auditor', roles: ['auditor'], tenant_id: 'acme' };
    const tenant_id = HOLDERS[authorization];
    return tenant_id === undefined ? null : { id: `key:${tenant_id}`, roles: ['tenant'], tenant_id };
  },
});

/** A face that listens, and requests to it without any SDK. */
export class HttpClient {
  readonly face: HttpFace;
  url!: URL;
  #id = 0;

  constructor(options: Partial<HttpFaceOptions> = {}) {
    const gateway = options.gateway ?? new FakeGateway();
    this.face = createHttpFace({ authenticate, holds: { poll_ms: 5 }, ...options, gateway });
  }

  async open(): Promise<this> {
    this.url = await this.face.listen();
    return this;
  }

  /** Sends a body with the headers that every request has, unless they are null. */
  raw(
    body: string,
    headers: Readonly<Record<string, string | null>> = {},
    init: RequestInit = {},
  ): Promise<Response> {
    const all: Record<string, string | null> = {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      authorization: 'Bearer wcp_acme',
      ...headers,
    };
    const sent = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== null);
    return fetch(this.url, { method: 'POST', body, headers: Object.fromEntries(sent), ...init });
  }

  /** A request of 2026-07-28. */
  modern(
    method: string,
    params: Json = {},
    { headers = {}, capabilities = {}, meta = {}, init = {} }: Json = {},
  ): Promise<Response> {
    this.#id += 1;
    const name = params.name ?? params.uri ?? params.taskId;
    const own = {
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': method,
      ...(name !== undefined && { 'mcp-name': name }),
      ...headers,
    };
    const body = {
      jsonrpc: '2.0',
      id: this.#id,
      method,
      params: { ...params, _meta: metaOf(capabilities, meta) },
    };
    return this.raw(JSON.stringify(body), own, init);
  }

  /** A request within a session. */
  legacy(
    session: string,
    message: object,
    headers: Readonly<Record<string, string | null>> = {},
    init: RequestInit = {},
  ): Promise<Response> {
    const own = { 'mcp-session-id': session, ...headers };
    return this.raw(JSON.stringify({ jsonrpc: '2.0', ...message }), own, init);
  }

  /** Begins a session and returns its id. */
  async initialize(capabilities: unknown = {}, headers = {}): Promise<string> {
    const params = { protocolVersion: '2025-11-25', capabilities, clientInfo: { name: 'raw', version: '1' } };
    const body = { jsonrpc: '2.0', id: 'init', method: 'initialize', params };
    const answer = await this.raw(JSON.stringify(body), headers);
    if (answer.status !== 200) throw new Error(`initialize: ${answer.status} ${await answer.text()}`);
    await answer.text();
    return answer.headers.get('mcp-session-id') as string;
  }
}

/** The messages of an answer, whatever its form. */
export async function messagesOf(answer: Response): Promise<Json[]> {
  const text = await answer.text();
  if (!answer.headers.get('content-type')?.startsWith('text/event-stream'))
    return text === '' ? [] : [JSON.parse(text)];
  return eventsOf(text);
}

/** The messages of the events of a text. */
function eventsOf(text: string): Json[] {
  return text.split('\n').flatMap((line) => (line.startsWith('data: ') ? [JSON.parse(line.slice(6))] : []));
}

/** Reads the messages of a stream one by one. */
export class StreamReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #rest = '';
  #ready: Json[] = [];

  constructor(answer: Response) {
    this.#reader = (answer.body as ReadableStream<Uint8Array>).getReader();
  }

  /** The next message; null where the stream has ended. */
  async next(): Promise<Json> {
    while (this.#ready.length === 0) {
      const { done, value } = await this.#reader.read();
      if (done) return null;
      const parts = (this.#rest + Buffer.from(value).toString('utf8')).split('\n\n');
      this.#rest = parts.pop() as string;
      this.#ready = parts.flatMap(eventsOf);
    }
    return this.#ready.shift();
  }

  cancel(): Promise<void> {
    return this.#reader.cancel();
  }
}
