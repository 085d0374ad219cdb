import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { RPC_CODES, RpcError, type RpcMessage } from '../../base/json-rpc.ts';
import { readMessageText } from '../../base/read-message-text.ts';
import type { Authenticate } from '../auth/authentication.ts';
import {
  authenticateByEither,
  challengeOf,
  type ProtectedResource,
  protectedResource,
} from '../auth/protected-resource.ts';
import type { TokenAuthenticationOptions } from '../auth/token-authentication.ts';
import { hasEnvelope } from '../envelope.ts';
import { type FaceOptions, faceParts } from '../face-parts.ts';
import { isModern } from '../revisions.ts';
import { type GuardOptions, guard } from './guard.ts';
import { type HttpExchange, type HttpFaceLimits, type HttpParts, refuse } from './http-exchange.ts';
import { HttpSessions } from './http-sessions.ts';
import { endSession, openStream, postLegacy } from './post-legacy.ts';
import { postModern } from './post-modern.ts';
import { readBody } from './read-body.ts';

/** How a face over HTTP is made. */
export interface HttpFaceOptions extends FaceOptions, GuardOptions {
  /** Says whose key a request comes with. */
  readonly authenticate: Authenticate;
  /** Access tokens of an issuer beside keys. */
  readonly oauth?: TokenAuthenticationOptions;
  /** The path of the face (default `/mcp`). */
  readonly path?: string;
  readonly limits?: Partial<HttpFaceLimits>;
}

/** A face over HTTP (streamable HTTP), for both kinds of revisions at one address. */
export interface HttpFace {
  /** Answers one request; for a server that the program brings along. Never rejects. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** Listens at an address of its own (default: this machine alone, any free port); its URL. */
  listen(at?: { readonly host?: string; readonly port?: number }): Promise<URL>;
  /** Ends sessions and streams, cancels what is open, and listens no more. */
  close(): Promise<void>;
}

const LIMITS: HttpFaceLimits = {
  body_bytes: 4 * 1024 * 1024,
  body_ms: 30_000,
  keepalive_ms: 15_000,
  unread_bytes: 32 * 1024 * 1024,
  sessions: 1_024,
  sessions_per_tenant: 64,
  session_idle_ms: 30 * 60_000,
  requests_per_tenant: 256,
};

/**
 * Makes a face over HTTP. It answers nobody without a valid credential, and no web page of another origin.
 *
 * @throws {TypeError} for settings of access tokens that would let too much pass
 * @example
 * import { type Authenticate, createHttpFace, type Gateway } from '@wcp/mcp';
 *
 * declare const gateway: Gateway;
 * declare const authenticate: Authenticate;
 * const face = createHttpFace({ gateway, authenticate });
 * console.log(String(await face.listen({ port: 7430 }))); // http://127.0.0.1:7430/mcp
 * await face.close();
 */
export function createHttpFace(options: HttpFaceOptions): HttpFace {
  const { oauth, path = '/mcp' } = options;
  const face = faceParts(options);
  const limits = { ...LIMITS, ...options.limits };
  const parts: HttpParts = {
    face,
    limits,
    sessions: new HttpSessions(face, limits),
    authenticate: authenticateByEither(options.authenticate, oauth),
    open: new Map(),
    endings: new Set(),
  };
  const site = { path, guards: options, resource: oauth === undefined ? null : protectedResource(oauth) };
  const handle = (request: IncomingMessage, response: ServerResponse) =>
    answer(parts, site, request, response).catch(() => {
      face.log({ event: 'internal_error', message: 'A request failed inside the face.' });
      refuse(response, 500, new RpcError(RPC_CODES.internal, 'The face failed.'));
    });
  let server: Server | null = null;
  return {
    handle,
    async listen({ host = '127.0.0.1', port = 0 } = {}) {
      server = await startServer(handle, host, port);
      const { port: taken } = server.address() as AddressInfo;
      return new URL(`http://${host.includes(':') ? `[${host}]` : host}:${taken}${path}`);
    },
    async close() {
      for (const end of parts.endings) end();
      parts.sessions.closeAll();
      await stopServer(server);
    },
  };
}

/** Where a face is, and who may come there. */
interface Site {
  readonly path: string;
  readonly guards: GuardOptions;
  readonly resource: ProtectedResource | null;
}

async function answer(
  parts: HttpParts,
  site: Site,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const refusal = guard(request, site.guards);
  if (refusal !== null) return refuse(response, 403, refusal);
  const path = (request.url ?? '').split('?', 1)[0];
  if (site.resource !== null && path === site.resource.path)
    return showMetadata(site.resource, request, response);
  if (path !== site.path) return refuse(response, 404, 'There is nothing here.');
  const handle = METHODS[request.method ?? ''];
  if (handle === undefined) {
    return refuse(response, 405, 'Use POST, GET or DELETE.', { headers: { allow: 'POST, GET, DELETE' } });
  }
  const authentication = await parts.authenticate(request.headers.authorization);
  if (authentication.ok) return handle(parts, { request, response, caller: authentication.caller });
  parts.face.log({ event: 'unauthenticated', message: authentication.description });
  const headers =
    authentication.status === 503 ? { 'retry-after': '5' } : challenge(authentication, site.resource);
  refuse(response, authentication.status, authentication.description, { headers });
}

function challenge(failure: Parameters<typeof challengeOf>[0], resource: ProtectedResource | null) {
  return { 'www-authenticate': challengeOf(failure, resource) };
}

const METHODS: Readonly<Record<string, (parts: HttpParts, exchange: HttpExchange) => void | Promise<void>>> =
  {
    POST: counted,
    GET: openStream,
    DELETE: endSession,
  };

/** Counts what a tenant has open until it has read the answer, and refuses more than its share. */
async function counted(parts: HttpParts, exchange: HttpExchange): Promise<void> {
  const { tenant_id } = exchange.caller;
  const before = parts.open.get(tenant_id) ?? 0;
  if (before >= parts.limits.requests_per_tenant) {
    const headers = { 'retry-after': '1' };
    return refuse(exchange.response, 429, 'Too many requests of this tenant are open. Try again.', {
      headers,
    });
  }
  parts.open.set(tenant_id, before + 1);
  exchange.response.once('close', () => {
    const left = (parts.open.get(tenant_id) ?? 1) - 1;
    if (left === 0) parts.open.delete(tenant_id);
    else parts.open.set(tenant_id, left);
  });
  await post(parts, exchange);
}

async function post(parts: HttpParts, exchange: HttpExchange): Promise<void> {
  const { request, response } = exchange;
  const { accept = '', 'content-type': type = '' } = request.headers;
  if (!/^application\/json\s*(?:;|$)/i.test(type)) return refuse(response, 415, 'Send application/json.');
  if (!accepts(accept, 'application/json') || !accepts(accept, 'text/event-stream')) {
    return refuse(response, 406, 'Accept both application/json and text/event-stream.');
  }
  const body = await readBody(request, parts.limits);
  if (!body.ok) return refuse(response, body.status, body.message, { headers: { connection: 'close' } });
  const reading = readMessageText(body.text);
  if (!reading.ok) return refuse(response, 400, reading.error, { id: reading.id });
  await (isOfModern(request, reading.message) ? postModern : postLegacy)(parts, exchange, reading.message);
}

/** Whether a message is of a revision without `initialize`: by what it says of itself, or else by its header. */
function isOfModern({ headers }: IncomingMessage, message: RpcMessage): boolean {
  if (message.kind === 'response') return false;
  if (hasEnvelope(message.params)) return true;
  const revision = headers['mcp-protocol-version'];
  return typeof revision === 'string' && isModern(revision);
}

function accepts(accept: string, type: string): boolean {
  const [group] = type.split('/');
  const ranges = accept.split(',').map((range) => range.split(';', 1)[0]?.trim().toLowerCase());
  return ranges.some((range) => range === type || range === `${group}/*` || range === '*/*');
}

function showMetadata(
  { metadata }: ProtectedResource,
  { method }: IncomingMessage,
  response: ServerResponse,
): void {
  if (method !== 'GET') {
    refuse(response, 405, 'Use GET.', { headers: { allow: 'GET' } });
    return;
  }
  const headers = {
    'content-type': 'application/json',
    'access-control-allow-origin': '*',
    'cache-control': 'max-age=3600',
  };
  response.writeHead(200, headers).end(JSON.stringify(metadata));
}

function startServer(handle: HttpFace['handle'], host: string, port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer({ requestTimeout: 60_000, headersTimeout: 15_000 }, (request, response) => {
      void handle(request, response);
    });
    server.once('error', reject);
    server.listen(port, host, () => resolve(server));
  });
}

function stopServer(server: Server | null): Promise<void> {
  return new Promise((resolve) => {
    if (server === null) return resolve();
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
