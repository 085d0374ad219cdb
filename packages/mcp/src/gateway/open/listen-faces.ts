import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WcpError } from '@wcp/spec';
import type { HttpFace } from '../../face/http/http-face.ts';

/** A face at a path. */
export interface PlacedFace {
  readonly path: string;
  readonly face: HttpFace;
}

/** Faces that listen. */
export interface ListeningFaces {
  /** Without a path. */
  readonly url: string;
  close(): Promise<void>;
}

const HEADERS_MS = 15_000;
const REQUEST_MS = 60_000;

/**
 * Lets faces listen at one address. What is at no path of theirs is for the first one to refuse.
 *
 * @throws {WcpError} `ERR_WCP_MCP_CONFIG` where the address is taken or not this machine's
 */
export async function listenFaces(
  faces: readonly [PlacedFace, ...PlacedFace[]],
  { host, port }: { readonly host: string; readonly port: number },
): Promise<ListeningFaces> {
  const handle = (request: IncomingMessage, response: ServerResponse) => {
    const path = (request.url ?? '').split('?', 1)[0];
    const [first] = faces;
    const { face } = faces.find((each) => each.path === path) ?? first;
    void face.handle(request, response);
  };
  const server = createServer({ requestTimeout: REQUEST_MS, headersTimeout: HEADERS_MS }, handle);
  await listening(server, host, port);
  const { port: taken } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${taken}`,
    async close() {
      await Promise.all(faces.map(({ face }) => face.close()));
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

function listening(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const message = `The gateway cannot listen on port ${port} of ${host} (${cause.code ?? 'unknown'}). Choose another port or host in mcp.json.`;
      reject(new WcpError('ERR_WCP_MCP_CONFIG', message, { cause }));
    });
    server.listen(port, host, resolve);
  });
}
