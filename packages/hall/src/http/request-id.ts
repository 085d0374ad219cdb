import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';

const HEADER = 'x-request-id';
/** What a client may call its request; it also fits a correlation id. */
const FORM = /^[A-Za-z0-9._:@/-]{1,128}$/;
/** What is echoed at most: any header on one line. */
const MAX_LENGTH = 1024;

/** The id of a request: the client's own `X-Request-ID`, or a new one. */
export function requestIdOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = headers[HEADER];
  return typeof given === 'string' && FORM.test(given) ? given : randomUUID();
}

/** Answers with the `X-Request-ID` of the client as it came, or with the id that the request got. */
export async function echoRequestId({ headers, id }: FastifyRequest, reply: FastifyReply): Promise<void> {
  const given = headers[HEADER];
  const isEchoed = typeof given === 'string' && given !== '' && given.length <= MAX_LENGTH;
  reply.header(HEADER, isEchoed ? given : id);
}
