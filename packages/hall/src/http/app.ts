import rateLimit from '@fastify/rate-limit';
import swagger from '@fastify/swagger';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { ProblemError } from '../base/problem.ts';
import { checkAccess, recognise } from './access.ts';
import type { CallerLimits } from './caller-limits.ts';
import { addChatCallbacks } from './chat-callbacks.ts';
import type { HallParts } from './hall-parts.ts';
import { logRequests } from './log-requests.ts';
import { openApiOptions } from './openapi.ts';
import { addStewardPages } from './page/approval-page.ts';
import { problemDocument, problemOf, refuseUnreadable } from './problem-document.ts';
import { registerRoutes } from './register-routes.ts';
import { compileValidator, readBodies } from './request-body.ts';
import { echoRequestId, requestIdOf } from './request-id.ts';
import { traceRequests } from './trace-requests.ts';

/** How much a client may send, and how often. */
export interface HttpLimits extends CallerLimits {
  /** The largest body, in bytes (default 2 MiB). */
  readonly body_bytes?: number;
  /** Requests a minute of one principal or, without one, of one address (default 600,000). */
  readonly requests_per_minute?: number;
  /** How long the headers of a request may take to arrive, in milliseconds (default 10,000). */
  readonly header_timeout_ms?: number;
}

/** The endpoints of AuthZEN. */
const ACCESS_PATHS = '/access/';
const BODY_BYTES = 2 * 1_048_576;
const REQUESTS_PER_MINUTE = 600_000;
/** Enough for any id in a path. */
const MAX_PARAMETER_LENGTH = 200;
/** How long a request may take to arrive. */
const ARRIVAL_MS = 120_000;
const HEADERS_MS = 10_000;

/** How the HTTP interface is built. */
export interface HttpOptions extends HttpLimits {
  /** Whether each request that was answered is logged (default false). */
  readonly log_requests?: boolean;
}

const NOTHING = 'There is nothing here. GET /wcp/openapi.json lists every operation.';
const NO_SEARCH =
  'This Hall decides about evaluations and searches nothing. GET /.well-known/authzen-configuration names the endpoints of AuthZEN that it has.';

/** Builds the HTTP interface (section 9). Nothing listens yet. */
export async function buildApp(parts: HallParts, limits: HttpOptions): Promise<FastifyInstance> {
  const app = bareApp(limits);
  app.setValidatorCompiler(compileValidator);
  app.setSerializerCompiler(() => (value) => JSON.stringify(value));
  app.setErrorHandler((error, request, reply) => {
    return refuse(reply, refusalOf(problemOf(parts, error, request), request));
  });
  app.setNotFoundHandler(({ url }) => {
    throw new ProblemError('NOT_FOUND', url.startsWith('/access/v1/search/') ? NO_SEARCH : NOTHING);
  });
  traceRequests(app, parts.tracing);
  if (limits.log_requests === true) logRequests(app, parts.log);
  app.addHook('onRequest', echoRequestId);
  readBodies(app);
  app.decorateRequest('principal', null);
  // Authentication first, then the rate limit, then permission: requests with a wrong key count as well.
  app.addHook('onRequest', recognise(parts));
  await app.register(rateLimit, {
    max: limits.requests_per_minute ?? REQUESTS_PER_MINUTE,
    timeWindow: 60_000,
    keyGenerator: ({ principal, ip }) =>
      principal === null || principal.id === 'anonymous' ? ip : principal.id,
    errorResponseBuilder: (_, { after }) => new ProblemError('RATE_LIMITED', `Try again in ${after}.`),
  });
  app.addHook('preParsing', checkAccess);
  await app.register(swagger, openApiOptions());
  registerRoutes(app, parts, limits);
  addStewardPages(app);
  await addChatCallbacks(app, parts);
  app.get('/wcp/openapi.json', { config: { access: 'public' }, schema: { hide: true } }, () => app.swagger());
  await app.ready();
  return app;
}

/** AuthZEN wants 400 for a body that is not JSON by its type (1.0, section 10.1.4). */
function refusalOf(refusal: ProblemError, { routeOptions: { url = '' } }: FastifyRequest): ProblemError {
  const isMediaType = refusal.code === 'UNSUPPORTED_MEDIA_TYPE' && url.startsWith(ACCESS_PATHS);
  return isMediaType ? new ProblemError('INVALID_BODY', 'Send the body as application/json.') : refusal;
}

function refuse(reply: FastifyReply, refusal: ProblemError): FastifyReply {
  const problem = problemDocument(refusal);
  return reply.code(problem.status).type('application/problem+json').send(problem);
}

function bareApp({ body_bytes, header_timeout_ms = HEADERS_MS }: HttpLimits): FastifyInstance {
  return Fastify({
    bodyLimit: body_bytes ?? BODY_BYTES,
    logger: false,
    genReqId: requestIdOf,
    // Requests under way are answered; streams of events end by themselves.
    forceCloseConnections: 'idle',
    requestTimeout: ARRIVAL_MS,
    // A connection that says nothing keeps its place no longer than one that is slow.
    http: {
      headersTimeout: header_timeout_ms,
      connectionsCheckingInterval: Math.max(100, Math.min(2_000, header_timeout_ms / 2)),
    },
    clientErrorHandler: (error, socket) => refuseUnreadable(error, socket),
    frameworkErrors: (_error, _request, reply) =>
      refuse(reply, new ProblemError('NOT_FOUND', 'This path cannot be read.')),
    routerOptions: { maxParamLength: MAX_PARAMETER_LENGTH },
    // The protocol's texts are not HTML and prototypes are refused by `decide` itself.
    onProtoPoisoning: 'ignore',
  });
}
