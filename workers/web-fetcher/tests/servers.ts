import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createRawServer } from 'node:net';

/** A server on the loopback address, for one test. */
export interface TestServer extends AsyncDisposable {
  /** `http://127.0.0.1:<port>`. */
  readonly origin: string;
  readonly port: number;
  /** The requested paths. */
  readonly seen: string[];
  /** How many connections are open. */
  connections(): Promise<number>;
}

/** Starts a server that ends with the block that it is declared in: `await using server = await serve(…)`. */
export async function serve(listener: RequestListener, host = '127.0.0.1'): Promise<TestServer> {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(request.url ?? '');
    response.on('error', () => {});
    listener(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const { port } = server.address() as AddressInfo;
  const connections = () =>
    new Promise<number>((resolve) => server.getConnections((_, count) => resolve(count)));
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { origin: `http://127.0.0.1:${port}`, port, seen, connections, [Symbol.asyncDispose]: close };
}

/** Answers every request with one content. */
export function giving(type: string, content: string | Uint8Array, headers: object = {}): RequestListener {
  return (_, response) => response.writeHead(200, { 'content-type': type, ...headers }).end(content);
}

/** Redirects every request to another address. */
export function leadingTo(location: string, status = 302): RequestListener {
  return (_, response) => response.writeHead(status, { location }).end('elsewhere');
}

/** Starts a server that sends the same bytes to every connection, and closes it. */
export async function serveRaw(answer: string): Promise<Pick<TestServer, 'origin'> & AsyncDisposable> {
  const server = createRawServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => new Promise<void>((resolve) => server.close(() => resolve()));
  const { port } = server.address() as AddressInfo;
  return { origin: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: close };
}
