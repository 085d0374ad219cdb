import { isUtf8 } from 'node:buffer';
import { type Finding, WcpError } from '@wcp/spec';
import { parseDocument } from '@wcp/spec/document';
import { exceededLimit, FOREIGN_TEXT_LIMITS, inexactNumber, parseUniqueJson } from '@wcp/spec/json';
import type { FastifyInstance, FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';
import { ProblemError } from '../base/problem.ts';
import { type ReceivedRequest, receiveText } from '../base/received-request.ts';
import type { Principal } from '../identity/principal.ts';

/** A body as it came: its value, and its text for the evidence. */
class JsonBody {
  readonly input: unknown;
  readonly text: string;

  constructor(text: string) {
    this.input = parse(text);
    this.text = text;
  }
}

/**
 * Reads bodies as JSON in which no name occurs twice and every text is Unicode, so that every reader reads
 * the same.
 */
export function readBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    async (_: unknown, bytes: Buffer | string) =>
      bytes.length === 0 ? undefined : new JsonBody(textOf(bytes as Buffer)),
  );
  app.addHook('preValidation', async (request) => {
    const { body } = request;
    if (body instanceof JsonBody && request.routeOptions.config.isReceived !== true)
      request.body = body.input;
  });
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The body goes to `decide` as it came, which answers for whatever it is. */
    isReceived?: boolean;
  }
}

/** The body of a route that decides; a missing body is an input that is not JSON. */
export function receivedBody(body: unknown, { id }: Principal): ReceivedRequest {
  return body instanceof JsonBody
    ? receiveText(body.input, body.text, id)
    : { input: undefined, text: null, credential: null, requested_by: [id] };
}

function textOf(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  throw notJson('The text is not UTF-8.');
}

function parse(text: string): unknown {
  // Before a tree is built: brackets that cost a tenant nothing would cost the Hall seconds.
  const exceeded = exceededLimit(text, FOREIGN_TEXT_LIMITS);
  if (exceeded !== null) throw new ProblemError('INVALID_BODY', exceeded.message, [exceeded]);
  const value = parseUnique(text);
  const inexact = inexactNumber(text);
  if (inexact !== null)
    throw new ProblemError('INVALID_BODY', `${inexact.path}: ${inexact.message}`, [inexact]);
  return value;
}

function parseUnique(text: string): unknown {
  try {
    return parseUniqueJson(text);
  } catch (error) {
    throw notJson(error instanceof WcpError ? error.message : 'The text is not JSON.');
  }
}

function notJson(message: string): ProblemError {
  return new ProblemError('INVALID_BODY', message, [{ path: '', code: 'NOT_JSON', message }]);
}

/** Checks bodies and queries with the readers of the protocol's documents: every finding at once. */
export const compileValidator: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  return (value: unknown) => {
    const parsed = parseDocument(schema, httpPart === 'body' ? (value ?? null) : { ...(value as object) });
    if (parsed.ok) return { value: parsed.value };
    return { error: refuse(httpPart, parsed.findings) };
  };
};

function refuse(part: string | undefined, findings: readonly Finding[]): ProblemError {
  const isBody = part === 'body';
  const message = findings.map(({ path, message: text }) => `${path === '' ? '/' : path}: ${text}`).join(' ');
  return new ProblemError(isBody ? 'INVALID_BODY' : 'INVALID_QUERY', message, findings);
}

/** Leaves a body to the reader of its document, which finds everything that is wrong with it. */
export const leaveBody: FastifySchemaCompiler<TSchema> = (route) =>
  route.httpPart === 'body' ? (value: unknown) => ({ value }) : compileValidator(route);
