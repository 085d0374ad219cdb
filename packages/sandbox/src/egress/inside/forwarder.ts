import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { connect, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { awaitAnswer } from './await-answer.ts';
import { EGRESS_CODES, type EgressCode, egressError } from './codes.ts';
import type { Routes } from './routes.ts';

/** Headers that concern one connection only (RFC 9110, section 7.6.1). */
const HOP_BY_HOP = [
  'connection',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'upgrade',
];

interface Target {
  readonly host: string;
  readonly port: number;
}

/**
 * Listens on the loopback of the sandbox as an HTTP proxy: `CONNECT` for TLS, and requests with an absolute URI. What
 * it is sent is parsed inside, so that a fault of the parser is no way out.
 */
export function listenAsForwarder(routes: Routes): Promise<Server> {
  const server = createServer({ requestTimeout: 0 }, (asked, answer) => forward(routes, asked, answer));
  server.on('connect', (asked, client, head) => tunnel(routes, asked, client, head));
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(routes.settings.port, '127.0.0.1', () => resolve(server));
  });
}

function tunnel(routes: Routes, asked: IncomingMessage, client: Duplex, head: Buffer): void {
  const target = /:\d+$/.test(asked.url ?? '') ? targetOf(`http://${asked.url}`) : null;
  client.on('error', () => client.destroy());
  if (target === null) return void client.end('HTTP/1.1 400 Bad Request\r\n\r\n');
  const host = dial(routes, target);
  let isOpen = false;
  client.once('close', () => host.destroy());
  host.once('connect', () => {
    isOpen = true;
    client.write('HTTP/1.1 200 Connection established\r\n\r\n');
    host.write(head);
    client.pipe(host).pipe(client);
  });
  host.on('error', (error) => (isOpen ? client.destroy() : client.end(problemText(error))));
}

function forward(routes: Routes, asked: IncomingMessage, answer: ServerResponse): void {
  const url = URL.parse(asked.url ?? '');
  const target = url?.protocol === 'http:' ? targetOf(url.href) : null;
  if (url === null || target === null)
    return void answer.writeHead(400).end('Send http: requests with an absolute URI.\n');
  const sent = request({
    createConnection: () => dial(routes, target),
    method: asked.method ?? 'GET',
    path: `${url.pathname}${url.search}`,
    headers: { ...withoutHops(asked.headers), host: url.host, connection: 'close' },
    setHost: false,
  });
  sent.once('response', (received) => {
    answer.writeHead(received.statusCode ?? 502, received.statusMessage, withoutHops(received.headers));
    received.pipe(answer);
    received.once('error', () => answer.destroy());
  });
  sent.on('error', (error) => refuse(answer, error));
  answer.once('close', () => sent.destroy());
  asked.pipe(sent);
}

/** A socket to the target that says `connect` once the broker has reached it. */
function dial(routes: Routes, { host, port }: Target): Socket {
  const way = routes.wayTo(host, port);
  if (way.kind === 'own')
    return connect({ host: host === '::1' ? host : '127.0.0.1', port, allowHalfOpen: true });
  if (way.kind === 'route') {
    const socket = connect({ path: way.route.socket, allowHalfOpen: true });
    awaitAnswer(socket, host, port);
    return socket;
  }
  routes.reportRefused(host, port);
  return new Socket().destroy(egressError('EGRESS_NOT_LISTED', host, port));
}

function targetOf(text: string): Target | null {
  const url = URL.parse(text);
  if (url === null || url.username !== '' || url.password !== '') return null;
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: url.port === '' ? 80 : Number(url.port) };
}

function withoutHops(headers: IncomingMessage['headers']): IncomingMessage['headers'] {
  const named = (headers.connection ?? '').toLowerCase().split(/\s*,\s*/);
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !HOP_BY_HOP.includes(name) && !named.includes(name)),
  );
}

function refuse(answer: ServerResponse, error: Error): void {
  const { status, text } = problemOf(error);
  if (answer.headersSent) answer.destroy();
  else answer.writeHead(status, { 'content-type': 'text/plain', connection: 'close' }).end(text);
}

function problemText(error: Error): string {
  const { status, text } = problemOf(error);
  const length = Buffer.byteLength(text);
  return `HTTP/1.1 ${status} Egress refused\r\ncontent-type: text/plain\r\ncontent-length: ${length}\r\nconnection: close\r\n\r\n${text}`;
}

function problemOf(error: Error & { egress_code?: EgressCode }): { status: number; text: string } {
  const { egress_code: code } = error;
  if (code === undefined) return { status: 502, text: `${error.message}\n` };
  return { status: EGRESS_CODES[code].status, text: `${code}: ${EGRESS_CODES[code].message}\n` };
}
