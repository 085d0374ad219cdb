import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from '../base/logger.ts';

/** Writes a line for each request, once it was answered: its route and not its path, which may hold ids. */
export function logRequests(app: FastifyInstance, log: Logger): void {
  app.addHook('onResponse', async (request, reply) => {
    const { method, id } = request;
    const { url: route = '(no route)' } = request.routeOptions;
    const { statusCode } = reply;
    log(
      statusCode >= 500 ? 'error' : 'info',
      `${method} ${route} ${statusCode} (${id})`,
      detailsOf(request, reply),
    );
  });
}

function detailsOf(
  { method, id, routeOptions: { url }, principal, span }: FastifyRequest,
  reply: FastifyReply,
) {
  return {
    request_id: id,
    method,
    route: url ?? null,
    status: reply.statusCode,
    duration_ms: Math.round(reply.elapsedTime * 1000) / 1000,
    principal: principal?.id ?? null,
    tenant_id: principal?.tenant_id ?? null,
    ...(span.traceId !== null && { trace_id: span.traceId }),
  };
}
