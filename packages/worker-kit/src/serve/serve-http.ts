import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { canonicalJson } from '@wcp/spec';
import { type Call, findingOf, parseCall, refuseCall, runCall, type Served } from './call.ts';
import { type HttpAddress, urlOf } from './http-address.ts';
import { dispatchOf } from './http-dispatch.ts';
import { logError, type ProtocolOutput } from './protocol-output.ts';
import { readBody } from './read-body.ts';

/** How many calls a worker has at a time. */
const MAX_CALLS = 32;
/** How long a request may take to come in, in milliseconds. */
const REQUEST_MS = 30_000;
/** How long calls may go on after the worker was asked to end, in milliseconds. */
const LEAVE_MS = 10_000;

/** A worker that is served over HTTP. */
export interface HttpServed extends Served {
  /** Whether it knows a Hall whose permits it asks for. */
  readonly knowsHall: boolean;
}

/**
 * Serves a worker over HTTP until the process is asked to end (SIGTERM, SIGINT): `POST /run`, `GET /record`,
 * `GET /healthz`. Says where it listens in one line of JSON on standard output.
 *
 * @throws what the system says where it can't listen
 */
export async function serveHttp(
  served: HttpServed,
  address: HttpAddress,
  output: ProtocolOutput,
): Promise<void> {
  const server = new HttpWorker(served).server;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(address.port, address.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  await output.writeLine(JSON.stringify({ listening: urlOf({ ...address, port }) }));
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, resolve);
  });
  await close(server);
}

/** Waits for what runs; a connection whose answer is out is not kept. */
function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, LEAVE_MS);
    setInterval(() => server.closeIdleConnections(), 20);
    server.close(() => resolve());
  });
}

/** What is answered to a request that is no call, by its reason. */
const REFUSALS = {
  NOT_FOUND: [404, 'There are POST /run, GET /record and GET /healthz.'],
  METHOD_NOT_ALLOWED: [405, 'This path has another method.'],
  FROM_A_BROWSER: [403, 'A worker is called by a Hall and not by a page in a browser.'],
  UNSUPPORTED_MEDIA_TYPE: [415, 'The body of a call is application/json.'],
  TOO_MANY_CALLS: [429, 'The worker has as many calls as it takes: ask again later.'],
} as const;

type Refusal = keyof typeof REFUSALS;
type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void> | void;

class HttpWorker {
  readonly server: Server;
  readonly #served: HttpServed;
  #calls = 0;

  constructor(served: HttpServed) {
    this.#served = served;
    this.server = createServer({ requestTimeout: REQUEST_MS }, (request, response) => {
      this.#handle(request, response).catch((error) => {
        logError(error);
        response.destroy();
      });
    });
  }

  readonly #routes: Readonly<Record<string, readonly [method: string, handler: Handler]>> = {
    '/run': ['POST', (request, response) => this.#take(request, response)],
    '/record': ['GET', (_, response) => send(response, 200, JSON.stringify(this.#served.worker.record))],
    '/healthz': [
      'GET',
      (_, response) => {
        const { worker_id } = this.#served.worker.record;
        send(response, 200, JSON.stringify({ status: 'ok', worker_id }));
      },
    ],
  };

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path = ''] = (request.url ?? '').split('?');
    const route = Object.hasOwn(this.#routes, path) ? this.#routes[path] : undefined;
    // A browser says where a page is from; no page has a reason to call a worker.
    if (request.headers.origin !== undefined) return refuse(response, 'FROM_A_BROWSER');
    if (route === undefined) return refuse(response, 'NOT_FOUND');
    const [method, handler] = route;
    if (request.method !== method) return refuse(response, 'METHOD_NOT_ALLOWED');
    await handler(request, response);
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!/^application\/json *(?:;|$)/i.test(request.headers['content-type'] ?? '')) {
      return refuse(response, 'UNSUPPORTED_MEDIA_TYPE');
    }
    if (this.#calls >= MAX_CALLS) return refuse(response, 'TOO_MANY_CALLS');
    this.#calls += 1;
    try {
      await this.#answer(request, response);
    } finally {
      this.#calls -= 1;
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { worker } = this.#served;
    const body = await readBody(request);
    if ('problem' in body && body.problem === 'too-large') {
      return send(response, 413, canonicalJson(refuseCall(worker, 'WORKER_BODY_TOO_LARGE')));
    }
    const call = 'text' in body ? parseCall(body.text) : { problem: 'It is not JSON.', id: undefined };
    if ('problem' in call) {
      const refusal = refuseCall(worker, 'WORKER_INVALID_BODY', findingOf(call.problem));
      return send(response, 400, canonicalJson(refusal));
    }
    return send(response, 200, canonicalJson(await this.#run(call, response)));
  }

  /** Runs the call as long as somebody waits for its answer. */
  #run(call: Call, response: ServerResponse) {
    const controller = new AbortController();
    response.once('close', () => controller.abort());
    const { signal } = controller;
    const dispatch = dispatchOf(call.permit, this.#served.knowsHall, signal);
    return runCall(this.#served, call, dispatch === undefined ? { signal } : { signal, dispatch });
  }
}

function refuse(response: ServerResponse, code: Refusal): void {
  const [status, message] = REFUSALS[code];
  send(response, status, JSON.stringify({ code, message }));
}

/** A request that was refused was perhaps not read: its connection is of no more use. */
function send(response: ServerResponse, status: number, text: string): void {
  const body = Buffer.from(text);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': body.length,
    'cache-control': 'no-store',
    ...(status !== 200 && { connection: 'close' }),
  });
  response.end(body);
}
