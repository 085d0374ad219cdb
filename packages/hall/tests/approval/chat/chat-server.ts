import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** A call that the service of a chat got. */
export interface Called {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever member it is about.
  readonly json: any;
}

type Answer = { readonly status?: number; readonly json?: unknown; readonly text?: string };

/** The service of a chat: what it was called with, answered by a test. */
export class ChatServer {
  readonly calls: Called[] = [];
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async open(answer: (called: Called) => Answer | Promise<Answer>): Promise<ChatServer> {
    const server = createServer();
    const chat = new ChatServer(server);
    server.on('request', async (request, response) => {
      let text = '';
      for await (const chunk of request) text += chunk;
      const { method = '', url: path = '', headers } = request;
      const isJson = /json/.test(headers['content-type'] ?? '');
      const called = { method, path, headers, text, json: isJson ? JSON.parse(text) : null };
      chat.calls.push(called);
      const { status = 200, json, text: plain } = await answer(called);
      response
        .writeHead(status, { 'content-type': 'application/json' })
        .end(plain ?? JSON.stringify(json ?? {}));
    });
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    return chat;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  /** The calls whose path ends so. */
  to(path: string): Called[] {
    return this.calls.filter((called) => called.path.endsWith(path));
  }
}
