import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import { type Operation as HallOperation, ProblemSchema } from '@wcp/spec/hall';
import type { TSchema } from 'typebox';

/** What the OpenAPI document says beside the routes; the servers of a deployment are its own matter. */
export function openApiOptions(): FastifyDynamicSwaggerOptions {
  return {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'WCP Hall',
        description:
          'Decides whether a worker may do a job, has it done, holds what needs a human, and keeps the evidence. Every error is a problem document (RFC 9457) with a stable `code`.',
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
      Object.entries(operations).map(([method, operation]) => [method, withBody(path, operation)]),
    ),
  ]);
  const named = name(Object.fromEntries(paths), schemas);
  return { ...document, components: { ...document.components, schemas }, paths: named };
}

function withBody(path: string, operation: Operation): Operation {
  if (operation.requestBody === undefined) return operation;
  const problems = path.startsWith('/access/') ? { 413: BODY_PROBLEMS[413] } : BODY_PROBLEMS;
  return { ...operation, responses: { ...operation.responses, ...problems } };
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

/** What each status means where the schema of its answer says no more. */
const ANSWERS: Readonly<Record<number, string>> = {
  200: 'The answer.',
  201: 'Created.',
  202: 'Held for a human.',
  403: 'Denied, with the decision; or permission denied.',
};
const PROBLEMS: Readonly<Record<number, string>> = {
  400: 'The request is not valid.',
  401: 'Authentication required.',
  403: 'You do not have permission to do this.',
  404: 'Not found, or not visible to you.',
  409: 'Not possible in the present state.',
  410: 'Expired.',
  422: 'The Idempotency-Key was used for another request.',
  429: 'Too many requests.',
  503: 'Nothing can be stored or decided now.',
};

/** The responses of an operation, as its route describes them. */
export function responsesOf({ answers, problems, media }: HallOperation): object {
  const refused = problems.map((status) => [status, problemAnswer(PROBLEMS[status] as string)]);
  const answered = Object.entries(answers).map(([status, schema]) => {
    const answer = answerOf(media, schema, Number(status));
    const isProblemToo = problems.includes(Number(status));
    return [status, isProblemToo ? withProblem(answer, Number(status)) : answer];
  });
  return Object.fromEntries([...refused, ...answered]);
}

interface DescribedAnswer {
  readonly description: string;
  readonly content: Readonly<Record<string, { readonly schema: TSchema }>>;
}

function answerOf(media: string, schema: TSchema, status: number): DescribedAnswer {
  const { description = ANSWERS[status] as string } = schema as { readonly description?: string };
  return { description, content: { [media]: { schema } } };
}

function withProblem({ content }: DescribedAnswer, status: number): DescribedAnswer {
  const problem = { 'application/problem+json': { schema: ProblemSchema } };
  return { description: ANSWERS[status] as string, content: { ...content, ...problem } };
}

function problemAnswer(description: string): DescribedAnswer {
  return { description, content: { 'application/problem+json': { schema: ProblemSchema } } };
}
