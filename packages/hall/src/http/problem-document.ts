import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { DENY_CODES, WcpError } from '@wcp/spec';
import { PROBLEMS, type ProblemCode, type ProblemDocument } from '@wcp/spec/hall';
import type { FastifyError, FastifyRequest } from 'fastify';
import { loggedError } from '../base/logged-error.ts';
import { ProblemError, statusOf } from '../base/problem.ts';
import type { HallParts } from './hall-parts.ts';

/** Fastify's own refusals by their codes. */
const FASTIFY_CODES: Readonly<Record<string, ProblemCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'BODY_TOO_LARGE',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'UNSUPPORTED_MEDIA_TYPE',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'INVALID_BODY',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'INVALID_BODY',
  FST_ERR_CTP_INVALID_JSON_BODY: 'INVALID_BODY',
};

const STORE_CODES: Readonly<Record<string, ProblemCode>> = {
  ERR_WCP_STORE: 'STORE_FAILED',
  ERR_WCP_SIGNER: 'STORE_FAILED',
  ERR_WCP_ARCHIVE: 'ARCHIVE_UNAVAILABLE',
  ERR_WCP_CLOCK: 'CLOCK_WENT_BACK',
};

/** Which row it is may be about somebody else: health says it to those who have a key. */
const ROW_REFUSED =
  'A row that this stands on was changed without the key of this Hall, and is not used. `wcp health` says which.';

/** The problem document of a problem. */
export function problemDocument({ code, message, findings, details }: ProblemError): ProblemDocument {
  const title = Object.hasOwn(PROBLEMS, code)
    ? PROBLEMS[code as ProblemCode].title
    : DENY_CODES[code as keyof typeof DENY_CODES].meaning;
  return {
    type: `urn:wcp:problem:${code.toLowerCase().replaceAll('_', '-')}`,
    title,
    status: statusOf(code),
    code,
    detail: message,
    ...(findings.length > 0 && { findings }),
    ...details,
  };
}

/** Whatever was thrown, as a problem for whoever asked; what is the Hall's own trouble is noted. */
export function problemOf(
  { tampering, log }: Pick<HallParts, 'tampering' | 'log'>,
  error: unknown,
  { id: request_id, method, routeOptions: { url } }: FastifyRequest,
): ProblemError {
  const refusal = problemFrom(error);
  tampering.note(error);
  if (refusal.code === 'INTERNAL')
    log('error', loggedError(error), { request_id, method, route: url ?? null });
  return refusal;
}

/** Whatever was thrown, as a problem: an unexpected error discloses nothing. */
export function problemFrom(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  if (error instanceof WcpError && error.code === 'ERR_WCP_STORE_TAMPERED') {
    return new ProblemError('STORE_TAMPERED', ROW_REFUSED);
  }
  if (error instanceof WcpError && STORE_CODES[error.code] !== undefined) {
    return new ProblemError(STORE_CODES[error.code] as ProblemCode, error.message);
  }
  const known = FASTIFY_CODES[(error as Partial<FastifyError> | null)?.code ?? ''];
  if (known !== undefined) return new ProblemError(known, `${PROBLEMS[known].title}.`);
  const { statusCode = 500 } = (error as Partial<FastifyError> | null) ?? {};
  if (statusCode >= 400 && statusCode < 500)
    return new ProblemError('INVALID_REQUEST', 'The request cannot be read.');
  return new ProblemError(
    'INTERNAL',
    'An unexpected error occurred. What was not acknowledged was not done.',
  );
}

/** Answers bytes that are not an HTTP request with a problem document as well, and ends the connection. */
export function refuseUnreadable({ code }: { readonly code?: string }, socket: Socket): void {
  if (code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const problem = problemDocument(
    new ProblemError('INVALID_REQUEST', 'These bytes are not an HTTP request.'),
  );
  const body = JSON.stringify(problem);
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
