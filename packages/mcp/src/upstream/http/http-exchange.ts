import * as http from 'node:http';
import * as https from 'node:https';
import type { DeliveryCode } from '@wcp/hall';
import { UpstreamError } from '../upstream-error.ts';

/** One request over HTTP. */
export interface HttpRequest {
  readonly url: URL;
  readonly method: 'POST' | 'GET' | 'DELETE';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly agent: http.Agent;
  readonly signal?: AbortSignal;
}

/** The modules by the protocol of an address. */
export const HTTP_MODULES: Readonly<Record<string, Pick<typeof http, 'request' | 'Agent'>>> = {
  'http:': http,
  'https:': https,
};

/** Errors before there was a connection: nothing was sent. */
const UNREACHABLE = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

/**
 * The head of the answer to a request; its body follows on the message itself. No redirect is followed: whoever is at
 * the address must not choose another.
 *
 * @throws {UpstreamError} where there is none
 */
export function exchange({
  url,
  method,
  headers,
  body,
  agent,
  signal,
}: HttpRequest): Promise<http.IncomingMessage> {
  const { request } = HTTP_MODULES[url.protocol] ?? http;
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  return new Promise((resolve, reject) => {
    const sent = request(url, {
      method,
      agent,
      headers: { ...headers, ...length },
      ...(signal && { signal }),
    });
    sent.on('response', resolve);
    sent.on('error', (cause: NodeJS.ErrnoException) => reject(lost(cause)));
    sent.end(body);
  });
}

function lost(cause: NodeJS.ErrnoException): UpstreamError {
  return new UpstreamError(UNREACHABLE.has(cause.code ?? '') ? 'DELIVERY_UNREACHABLE' : 'DELIVERY_LOST', {
    cause,
  });
}

/**
 * The bytes of a body.
 *
 * @throws {UpstreamError} where there are more than allowed, or not all came
 */
export async function readBody(response: http.IncomingMessage, longest: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  try {
    for await (const part of response as AsyncIterable<Buffer>) {
      length += part.length;
      if (length > longest) throw new UpstreamError('DELIVERY_ANSWER_TOO_LARGE');
      parts.push(part);
    }
  } catch (cause) {
    throw cause instanceof UpstreamError ? cause : new UpstreamError('DELIVERY_LOST', { cause });
  }
  return Buffer.concat(parts);
}

/** The code for an answer with this status; null where it is one of success. */
export function codeOfStatus(status: number): DeliveryCode | null {
  if (status >= 200 && status < 300) return null;
  if (status >= 300 && status < 400) return 'DELIVERY_REDIRECTED';
  if (status === 413) return 'DELIVERY_CALL_TOO_LARGE';
  return status >= 400 && status < 500 ? 'DELIVERY_HTTP_REFUSED' : 'DELIVERY_HTTP_FAILED';
}

/** The first part of a type of content, such as `application/json`. */
export function contentTypeOf({ headers }: http.IncomingMessage): string {
  return (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}
