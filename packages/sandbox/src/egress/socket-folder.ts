import { chmodSync, chownSync, mkdtempSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WcpError } from '@wcp/spec';
import { ownMark } from '../limits/owner-mark.ts';
import { removeAbandoned, removeSockets } from './remove-folders.ts';

/** The longest path of a socket that Linux takes, in bytes. */
const MAX_PATH = 107;

const PREFIX = 'wcp-egress-';
let isTidy = false;

/**
 * A folder of sockets for one sandbox. Nobody but its user gets through the folder, so that no other user of the
 * machine reaches what only this worker may.
 */
export class SocketFolder {
  readonly path: string;
  readonly #owner: { readonly uid: number; readonly gid: number } | undefined;
  readonly #maxSockets: number;
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Socket>();

  /** More sockets at a time than the maximum are closed at once. */
  constructor(maxSockets: number, owner?: { readonly uid: number; readonly gid: number }) {
    if (!isTidy) removeAbandoned(tmpdir(), PREFIX);
    isTidy = true;
    this.path = mkdtempSync(join(tmpdir(), `${PREFIX}${ownMark()}-`));
    this.#maxSockets = maxSockets;
    this.#owner = owner;
    this.#give(this.path);
  }

  /** Listens at a name in the folder. What is accepted is not read before somebody pipes it. */
  async listen(name: string, serve: (socket: Socket) => void): Promise<void> {
    const path = this.#pathOf(name);
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => {
      if (this.#sockets.size >= this.#maxSockets) return void socket.destroy();
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
    removeSockets(this.path);
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
