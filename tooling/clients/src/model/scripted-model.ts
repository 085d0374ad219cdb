import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ModelRequest } from './model-request.ts';
import { type Reply, replyEvents, wholeReply } from './reply.ts';

/** What the model says next, once it has seen a request. */
export type Turn = (request: ModelRequest) => Reply | Promise<Reply>;

const MAX_BYTES = 16 * 1024 * 1024;

/**
 * A model on loopback that says what a script tells it, in Anthropic's Messages API. It keeps what it received, and
 * notes as a fault whatever the script did not expect. It is also the proxy of its client, and lets nothing through: a
 * client that wants another network is found out.
 */
export class ScriptedModel {
  /** Every body, as it came. */
  readonly received: string[] = [];
  readonly faults: string[] = [];
  readonly #turns: Turn[];
  readonly #server = createServer((request, response) => {
    this.#serve(request, response).catch((error: unknown) => {
      this.faults.push(String(error));
      // Such an answer is not asked for again.
      const message = {
        type: 'error',
        error: { type: 'invalid_request_error', message: 'The script is over.' },
      };
      response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify(message));
    });
  });

  constructor(turns: readonly Turn[]) {
    this.#turns = [...turns];
    this.#server.on('connect', ({ url }, socket) => {
      this.faults.push(`The client asked for the network: ${url}`);
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    });
  }

  /** Listens, and gives the address. */
  async open(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** How many turns of the script nobody asked for. */
  get left(): number {
    return this.#turns.length;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request);
    this.received.push(body);
    if (request.method !== 'POST' || !/^\/v1\/messages(?:\?|$)/.test(request.url ?? '')) {
      response.writeHead(404).end();
      return;
    }
    const asked = JSON.parse(body) as ModelRequest;
    const turn = this.#turns.shift();
    if (turn === undefined) throw new Error('The client went on after the end of the script.');
    const reply = await turn(asked);
    const model = asked.model ?? 'scripted';
    if (asked.stream === true) {
      response
        .writeHead(200, { 'content-type': 'text/event-stream' })
        .end(replyEvents(reply, model).join(''));
    } else {
      const whole = JSON.stringify(wholeReply(reply, model));
      response.writeHead(200, { 'content-type': 'application/json' }).end(whole);
    }
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > MAX_BYTES) throw new Error('The client sent more than anybody would read.');
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString();
}
