import * as http from 'node:http';
import * as https from 'node:https';
import type { Socket } from 'node:net';
import type { Attempt } from '../attempt.ts';
import type { CallEnd } from '../call-end.ts';
import { readObject, readResult } from '../call-json.ts';
import type { DeliveryCode } from '../delivery-code.ts';

/** What one HTTP call of a worker consists of. */
export interface Exchange {
  readonly url: URL;
  readonly agent: http.Agent;
  readonly body: Uint8Array;
  /** The longest answer, in bytes. */
  readonly answer_bytes: number;
  /** The W3C `traceparent` of the call; null where nothing is traced. */
  readonly traceparent: string | null;
  /** Whether the call names the code that was decided about. */
  readonly namesCode: boolean;
}

/** The modules by the protocol of an address. */
export const HTTP_MODULES: Readonly<Record<string, Pick<typeof http, 'request' | 'Agent'>>> = {
  'http:': http,
  'https:': https,
};

/**
 * Sends a call to a worker and reads its answer. Nothing is sent before there is a connection, so that a call
 * that never left can be told apart from one that was lost.
 */
export function exchange(asked: Exchange, attempt: Attempt): void {
  const { url, agent, body, answer_bytes, namesCode, traceparent } = asked;
  const module = HTTP_MODULES[url.protocol] ?? http;
  const headers = {
    'content-type': 'application/json',
    'content-length': body.length,
    accept: 'application/json',
    ...(traceparent !== null && { traceparent }),
  };
  const sent = module.request(url, { method: 'POST', agent, headers });
  let isSent = false;
  const send = () => {
    isSent = attempt.handOver({
      cancel: () => attempt.settle({ code: 'DELIVERY_CANCELLED' }),
      stop: () => {},
      grace_ms: 0,
    });
    if (isSent) sent.end(body);
  };
  sent.on('socket', (socket) => whenConnected(socket, url.protocol === 'https:', send));
  sent.on('error', () => attempt.settle({ code: isSent ? 'DELIVERY_LOST' : 'DELIVERY_UNREACHABLE' }));
  sent.on('response', (response) => {
    const code = codeOf(response.statusCode ?? 0, namesCode);
    if (code !== null) attempt.settle({ code });
    else readAnswer(response, answer_bytes, (ending) => attempt.settle(ending));
  });
  attempt.ended.then((ending) => {
    if (!('result' in ending)) sent.destroy();
  });
}

const connected = new WeakSet<Socket>();

/** A socket that the agent reuses from another call does not always say so. */
function whenConnected(socket: Socket, isSecure: boolean, act: () => void): void {
  if (connected.has(socket)) {
    act();
    return;
  }
  socket.once(isSecure ? 'secureConnect' : 'connect', () => {
    connected.add(socket);
    act();
  });
}

function readAnswer(
  response: http.IncomingMessage,
  maxBytes: number,
  settle: (ending: CallEnd) => void,
): void {
  const parts: Buffer[] = [];
  let length = 0;
  response.on('data', (part: Buffer) => {
    parts.push(part);
    length += part.length;
    if (length > maxBytes) settle({ code: 'DELIVERY_ANSWER_TOO_LARGE' });
  });
  // An answer that is cut off ends with an error.
  response.on('error', () => settle({ code: 'DELIVERY_LOST' }));
  response.on('end', () => settle(readBody(Buffer.concat(parts))));
}

function readBody(bytes: Buffer): CallEnd {
  const value = readObject(bytes);
  if (typeof value === 'string') return { code: value };
  const result = readResult(value);
  return result === null ? { code: 'DELIVERY_INVALID_RESULT' } : { result };
}

/** The code for an answer with this HTTP status; null where it is a result. */
function codeOf(status: number, namesCode: boolean): DeliveryCode | null {
  if (status === 200) return null;
  // Who answers so has read which code the call is for, and runs another.
  if (status === 409 && namesCode) return 'DELIVERY_CODE_CHANGED';
  if (status === 413) return 'DELIVERY_CALL_TOO_LARGE';
  if (status >= 300 && status < 400) return 'DELIVERY_REDIRECTED';
  return status >= 400 && status < 500 ? 'DELIVERY_HTTP_REFUSED' : 'DELIVERY_HTTP_FAILED';
}
