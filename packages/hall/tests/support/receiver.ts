import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { onTestFinished } from 'vitest';

/** The base64 is that of the words "a secret of these tests" and no secret. */
export const SECRET = `whsec_${Buffer.from('a secret of these tests').toString('base64')}`;

/** Something that takes webhooks: what it got, and what it answers. */
export class Receiver {
  readonly got: { readonly headers: IncomingHttpHeaders; readonly body: string }[] = [];
  /** The statuses of the next answers, 0 for none; 204 once there are none left. */
  readonly statuses: number[] = [];
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async open(): Promise<Receiver> {
    const server = createServer();
    const receiver = new Receiver(server);
    server.on('request', async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      receiver.got.push({ headers: request.headers, body });
      const status = receiver.statuses.shift() ?? 204;
      if (status === 0) return;
      response.writeHead(status, status === 302 ? { location: `${receiver.url}elsewhere` } : {}).end();
    });
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    onTestFinished(() => receiver.close());
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  /** The notices, each checked with the library that receivers use. */
  notices(secret = SECRET): { type: string; data: Record<string, unknown> }[] {
    const webhook = new Webhook(secret);
    return this.got.map(
      ({ body, headers }) =>
        webhook.verify(body, headers as Record<string, string>) as {
          type: string;
          data: Record<string, unknown>;
        },
    );
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
