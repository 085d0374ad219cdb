import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Caller } from '../../base/gateway.ts';
import { errorMessage, type RequestId, RPC_CODES, RpcError } from '../../base/json-rpc.ts';
import type { Authenticate } from '../auth/authentication.ts';
import type { FaceParts } from '../face-parts.ts';
import { AnswerStream, type StreamLimits } from './answer-stream.ts';
import type { HttpSessions, SessionLimits } from './http-sessions.ts';
import type { BodyLimits } from './read-body.ts';

/** The bounds of a face over HTTP. */
export interface HttpFaceLimits extends BodyLimits, StreamLimits, SessionLimits {
  /** Requests that one tenant may have open. */
  readonly requests_per_tenant: number;
}

/** What the parts of a face over HTTP share. */
export interface HttpParts {
  readonly face: FaceParts;
  readonly limits: HttpFaceLimits;
  readonly sessions: HttpSessions;
  readonly authenticate: Authenticate;
  /** The requests that are open, by tenant. */
  readonly open: Map<string, number>;
  /** Ends each request and each stream that is open. */
  readonly endings: Set<() => void>;
}

/** A request of an authenticated caller. */
export interface HttpExchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly caller: Caller;
}

/** The stream of the answer to a request. It ends where its caller's credential no longer holds. */
export function answerStream(
  { limits, authenticate }: HttpParts,
  { request, response, caller }: HttpExchange,
  headers: Readonly<Record<string, string>> = {},
): AnswerStream {
  const isStillCaller = async () => {
    const now = await authenticate(request.headers.authorization);
    return now.ok && now.caller.key_id === caller.key_id && now.caller.tenant_id === caller.tenant_id;
  };
  return new AnswerStream(response, limits, isStillCaller, headers);
}

/** Refuses a request with a status and an error of the protocol. */
export function refuse(
  response: ServerResponse,
  status: number,
  error: RpcError | string,
  { id = null, headers = {} }: { id?: RequestId | null; headers?: Readonly<Record<string, string>> } = {},
): void {
  if (response.headersSent || response.destroyed) return;
  const shown = typeof error === 'string' ? new RpcError(RPC_CODES.invalidRequest, error) : error;
  const body = Buffer.from(JSON.stringify(errorMessage(id, shown)), 'utf8');
  const own = {
    'content-type': 'application/json',
    'content-length': body.length,
    'cache-control': 'no-store',
  };
  response.writeHead(status, { ...own, ...headers }).end(body);
}

/** Accepts a message that has no answer. */
export function accept(response: ServerResponse): void {
  response.writeHead(202).end();
}
