import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** Serves a page and its script, and hands everything below `/wcp/` on to a Hall, as a proxy in front of it does. */
export async function servePage(script: string, hallUrl: string): Promise<string> {
  const server = createServer((request, response) => {
    if (request.url?.startsWith('/wcp/')) return handOn(request, response, hallUrl);
    const isScript = request.url === '/client.js';
    const type = isScript ? 'text/javascript' : 'text/html';
    const page = '<!doctype html><meta charset="utf-8"><title>client</title><link rel="icon" href="data:,">';
    response.writeHead(200, { 'content-type': `${type}; charset=utf-8` }).end(isScript ? script : page);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function handOn(request: IncomingMessage, response: ServerResponse, hallUrl: string): void {
  const { method, headers, url } = request;
  const onward = forward(`${hallUrl}${url}`, { method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  onward.on('error', () => response.destroy());
  response.on('close', () => onward.destroy());
  request.pipe(onward);
}
