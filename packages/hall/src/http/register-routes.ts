import { OPERATIONS, type Operation, type OperationId } from '@wcp/spec/hall';
import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchema } from 'fastify';
import type { ReceivedRequest } from '../base/received-request.ts';
import { principalOf } from './access.ts';
import { type CallerLimits, CallerUsage, callerOf } from './caller-limits.ts';
import type { HallParts } from './hall-parts.ts';
import { OpenStreams } from './open-streams.ts';
import { responsesOf } from './openapi.ts';
import { leaveBody, receivedBody } from './request-body.ts';
import { Reply, StreamReply } from './route.ts';
import { ROUTES } from './routes/index.ts';

/** A row as the server calls it: its request was read by the schemas of its own operation. */
interface AnyRoute {
  readonly body?: 'unchecked' | 'received' | undefined;
  handle(call: {
    readonly hall: HallParts;
    readonly params: unknown;
    readonly query: unknown;
    readonly body: unknown;
    readonly principal: unknown;
    readonly request: FastifyRequest;
    keep(text: string): void;
  }): unknown;
}

/** `decide` answers for whatever the body is: no validator stands before it. */
const acceptAnything = () => () => true;
const VALIDATORS = { unchecked: leaveBody, received: acceptAnything } as const;

/** Adds every operation of the table to the server. */
export function registerRoutes(app: FastifyInstance, hall: HallParts, limits: CallerLimits): void {
  const usage = new CallerUsage(limits);
  const streams = new OpenStreams(app, usage);
  for (const id of Object.keys(ROUTES) as OperationId[]) {
    const operation: Operation = OPERATIONS[id];
    const route: AnyRoute = ROUTES[id];
    const { method, url, access, media } = operation;
    const isReceived = route.body === 'received';
    app.route({
      method,
      url,
      config: { access, isReceived },
      schema: schemaOf(id, operation),
      ...(route.body !== undefined && { validatorCompiler: VALIDATORS[route.body] }),
      async handler(request, reply) {
        const { params, query } = request;
        const body = isReceived ? receivedBody(request.body, principalOf(request)) : request.body;
        const principal = typeof access === 'string' ? request.principal : principalOf(request);
        const keep = (text: string) => usage.keep(callerOf(request), text);
        if (isReceived) keep((body as ReceivedRequest).text ?? '');
        const call = { hall, params, query, body, principal, request, keep };
        const answered = await request.span.run(() => route.handle(call));
        if (answered instanceof StreamReply) return streams.send(reply, media, answered, callerOf(request));
        return send(reply, operation, answered);
      },
    });
  }
}

function schemaOf(operationId: OperationId, operation: Operation): FastifySchema {
  const { summary, description, access, params, query, headers, body } = operation;
  return {
    operationId,
    summary,
    ...(description !== undefined && { description }),
    ...(access === 'public' && { security: [] }),
    ...(params !== undefined && { params }),
    ...(query !== undefined && { querystring: query }),
    ...(headers !== undefined && { headers }),
    ...(body !== undefined && { body }),
    response: responsesOf(operation),
  };
}

function send(reply: FastifyReply, { media, statuses }: Operation, answered: unknown): FastifyReply {
  const { answer, sending } = answered instanceof Reply ? answered : { answer: answered, sending: {} };
  const {
    status = statuses[0],
    text,
    stream,
    type = media === 'text/plain' ? `${media}; charset=utf-8` : media,
  } = sending;
  if (stream !== undefined) reply.header('cache-control', 'no-store').header('x-accel-buffering', 'no');
  return reply
    .code(status ?? 200)
    .type(type)
    .send(stream ?? text ?? answer);
}
