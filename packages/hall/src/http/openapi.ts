import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger';

/** What the OpenAPI document says beside the routes; servers and versions of a deployment are its own matter. */
export function openApiOptions(): FastifyDynamicSwaggerOptions {
  return {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'WCP Hall',
        description:
          'Decides whether a worker may do a job, has it done, holds what a human should see, and keeps the evidence. Every error is a problem document (RFC 9457) with a stable `code`.',
        version: '0.2.0',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      components: {
        securitySchemes: {
          bearer: {
            type: 'http',
            scheme: 'bearer',
            description: 'An API key `wcp_…`, or a JWT (EdDSA) of a configured issuer.',
          },
        },
      },
      security: [{ bearer: [] }],
    },
  };
}
