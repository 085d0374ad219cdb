import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An address whose requests reach another one with a key. */
export interface KeyedProxy {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * The suite cannot send a key: this adds one, and passes on everything else as it came, `Host` and the order of messages
 * included. A client that goes away is gone for the gateway as well.
 */
export async function startKeyedProxy(target: string, key: string): Promise<KeyedProxy> {
  const { hostname, port, pathname } = new URL(target);
  const server = createServer((incoming: IncomingMessage, outgoing: ServerResponse) => {
    const headers = [...incoming.rawHeaders, 'Authorization', `Bearer ${key}`];
    const passed = request({
      hostname,
      port,
      path: incoming.url,
      method: incoming.method,
      headers,
      setHost: false,
    });
    passed.on('response', (response) => {
      outgoing.writeHead(response.statusCode ?? 502, response.rawHeaders);
      outgoing.flushHeaders();
      response.pipe(outgoing);
      response.on('error', () => outgoing.destroy());
    });
    passed.on('error', () => outgoing.destroy());
    outgoing.once('close', () => passed.destroy());
    incoming.pipe(passed);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${pathname}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
