import { chmodSync, chownSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WcpError } from '@wcp/spec';

/** The longest path of a socket that Linux takes, in bytes. */
const MAX_PATH = 107;

/**
 * A folder of sockets for one sandbox. Nobody but its user gets through the folder, so that no other user of the
 * machine reaches what only this worker may.
 */
export class SocketFolder {
  readonly path: string;
  readonly #owner: { readonly uid: number; readonly gid: number } | undefined;
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Socket>();

  constructor(owner?: { readonly uid: number; readonly gid: number }) {
    this.path = mkdtempSync(join(tmpdir(), 'wcp-egress-'));
    this.#owner = owner;
    this.#give(this.path);
  }

  /** Listens at a name in the folder. What is accepted is not read before somebody pipes it. */
  async listen(name: string, serve: (socket: Socket) => void): Promise<void> {
    const path = this.#pathOf(name);
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      serve(socket);
    });
    this.#servers.push(server);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ path, backlog: 511 }, resolve);
    });
    chmodSync(path, 0o600);
    this.#give(path);
  }

  /** Ends every connection and removes the folder. */
  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(this.#servers.map((server) => new Promise((resolve) => server.close(resolve))));
    rmSync(this.path, { recursive: true, force: true });
  }

  #give(path: string): void {
    if (this.#owner !== undefined) chownSync(path, this.#owner.uid, this.#owner.gid);
  }

  #pathOf(name: string): string {
    const path = join(this.path, name);
    if (Buffer.byteLength(path) <= MAX_PATH) return path;
    throw new WcpError(
      'ERR_WCP_EGRESS',
      `The path ${path} is too long for a socket. Set TMPDIR to a shorter one: TMPDIR=/tmp`,
    );
  }
}
