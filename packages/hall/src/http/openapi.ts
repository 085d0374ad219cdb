import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import { problemAnswer } from './wire.ts';

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
    transformObject: (document) =>
      arrange(('openapiObject' in document ? document.openapiObject : {}) as Document),
  };
}

type Json = Readonly<Record<string, unknown>>;
interface Document {
  readonly components: Json;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}
interface Operation {
  readonly requestBody?: object;
  readonly responses: Json;
}

/** What every route with a body may answer. */
const BODY_PROBLEMS: Json = {
  413: problemAnswer('The body is too large.'),
  415: problemAnswer('The body is not `application/json`.'),
};

/** Names each schema that has a title once, and says what every body may meet. */
function arrange(document: Document): object {
  const schemas: Record<string, unknown> = {};
  const paths = Object.entries(document.paths).map(([path, operations]) => [
    path,
    Object.fromEntries(
      Object.entries(operations).map(([method, operation]) => [method, withBody(operation)]),
    ),
  ]);
  const named = name(Object.fromEntries(paths), schemas);
  return { ...document, components: { ...document.components, schemas }, paths: named };
}

function withBody(operation: Operation): Operation {
  if (operation.requestBody === undefined) return operation;
  return { ...operation, responses: { ...operation.responses, ...BODY_PROBLEMS } };
}

/** The same value with each titled schema replaced by a reference to it among `schemas`. */
function name(value: unknown, schemas: Record<string, unknown>): unknown {
  if (Array.isArray(value)) return value.map((item) => name(item, schemas));
  if (typeof value !== 'object' || value === null) return value;
  const copy = Object.fromEntries(Object.entries(value).map(([key, member]) => [key, name(member, schemas)]));
  const { title } = copy;
  if (typeof title !== 'string') return copy;
  schemas[title] = copy;
  return { $ref: `#/components/schemas/${title}` };
}
