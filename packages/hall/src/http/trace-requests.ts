import type { FastifyInstance, FastifyRequest } from 'fastify';
import { NO_TRACING, type RequestSpan, type Tracing } from '../base/tracing.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The span of the request. */
    span: RequestSpan;
  }
}

const NO_SPAN = NO_TRACING.request('', null, {});

/** Makes a span of each request, from its first byte to its last. */
export function traceRequests(app: FastifyInstance, tracing: Tracing): void {
  // A value for all of them: each gets its own where anything is traced.
  app.decorateRequest('span', { getter: () => NO_SPAN });
  if (!tracing.isOn) return;
  app.addHook('onRequest', async (request) => {
    const span = start(request, tracing);
    Object.defineProperty(request, 'span', { value: span });
  });
  app.addHook('onResponse', async (request, reply) => end(request, reply.statusCode));
  // The client has gone; 499 is what servers write where nobody gets the answer.
  app.addHook('onRequestAbort', async (request) => end(request, 499));
}

/** The path of a request stands in no span: it may hold ids of others. Its route does. */
function start(
  { method, routeOptions: { url }, headers, id }: FastifyRequest,
  tracing: Tracing,
): RequestSpan {
  return tracing.request(url === undefined ? method : `${method} ${url}`, headers['traceparent'], {
    'http.request.method': method,
    'http.route': url,
    'url.scheme': 'http',
    'wcp.request_id': id,
  });
}

function end({ span, principal }: FastifyRequest, statusCode: number): void {
  const attributes = { 'http.response.status_code': statusCode, 'wcp.tenant_id': principal?.tenant_id };
  span.end(attributes, statusCode >= 500);
}
