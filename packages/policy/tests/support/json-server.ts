import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** A question as a server got it. */
export interface Received {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
}

/** What a server answers; a function writes whatever it likes. */
export type Answering = (question: Received, response: ServerResponse) => unknown;

/** A server on loopback that answers in JSON; it is closed when the test has ended. */
export interface JsonServer {
  readonly url: string;
  readonly received: readonly Received[];
  /** Connections so far. */
  readonly connections: () => number;
  answer: Answering;
  /** Shows other certificates from now on, on new connections: those that there are end. */
  renew(tls: Pick<ServerOptions, 'key' | 'cert'>): void;
  close(): Promise<void>;
}

export async function jsonServer(answer: Answering, tls?: ServerOptions): Promise<JsonServer> {
  const received: Received[] = [];
  let connections = 0;
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    let text = '';
    for await (const part of request.setEncoding('utf8')) text += part;
    const question = {
      method: request.method,
      url: request.url,
      headers: request.headers,
      body: JSON.parse(text),
    };
    received.push(question);
    const value = await made.answer(question, response);
    if (value === undefined) return;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(value));
  };
  const server = tls === undefined ? createServer(handle) : createTlsServer(tls, handle);
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const made: JsonServer = {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    received,
    connections: () => connections,
    answer,
    renew: (renewed) => {
      if ('setSecureContext' in server) server.setSecureContext(renewed);
      server.closeAllConnections();
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  onTestFinished(() => made.close());
  return made;
}
