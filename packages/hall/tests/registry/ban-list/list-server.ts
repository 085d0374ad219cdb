import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** Answers as a test says: by default with the JSON of what it serves. */
export class ListServer {
  /** How often it was asked, by path. */
  readonly received: string[] = [];
  serves: unknown = null;
  answer: (request: IncomingMessage, response: ServerResponse) => void = (_, response) =>
    void response.setHeader('content-type', 'application/json').end(JSON.stringify(this.serves));
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async open(): Promise<ListServer> {
    const server = createServer();
    const lists = new ListServer(server);
    server.on('request', (request, response) => {
      lists.received.push(request.url ?? '');
      lists.answer(request, response);
    });
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    onTestFinished(() => lists.close());
    return lists;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/list`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
