import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** Answers one request, the first with `index` 0. */
export type Handler = (response: ServerResponse, index: number, request: IncomingMessage) => void;

/** A server that is whatever a test wants it to be; closed with the test. */
export async function fakeServer(
  handle: Handler,
): Promise<{ readonly url: string; readonly requests: IncomingMessage[] }> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    handle(response, requests.length - 1, request);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

/** Answers with JSON. */
export function json(response: ServerResponse, status: number, body: unknown, headers: object = {}): void {
  const type = status < 400 ? 'application/json' : 'application/problem+json';
  response.writeHead(status, { 'content-type': type, ...headers }).end(JSON.stringify(body));
}

/** A problem document. */
export const problem = (status: number, code: string) => ({
  type: 'urn:wcp:problem:test',
  title: 'A test',
  status,
  code,
  detail: 'as the test wants it',
});

/** The head of a log. */
export const LOG = {
  origin: 'a',
  signing_key_id: 'b',
  public_key: 'c',
  verifier_key: 'd',
  size: 0,
  root: 'e',
};
