import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { canonicalJson, type Sha256 } from '@wcp/spec';
import {
  type Call,
  type CallReading,
  findingOf,
  parseCall,
  resultWithCode,
  runCall,
  type Served,
} from '../call.ts';
import { logError } from '../protocol-output.ts';
import { type HttpAddress, urlOf } from './http-address.ts';
import { dispatchOf } from './http-dispatch.ts';
import { NoResult } from './no-result.ts';
import { type Body, readBody } from './read-body.ts';

/** The maximum number of calls at a time. */
const MAX_CALLS = 32;
/** The maximum time for a request to arrive, in milliseconds. */
const REQUEST_MS = 30_000;
/** The maximum time for running calls to end once the server closes, in milliseconds. */
const SHUTDOWN_MS = 10_000;
/** The maximum length of a question about the code, in bytes. */
const MAX_QUESTION_LENGTH = 4_096;

/** A worker that is served over HTTP. */
export interface HttpServed extends Served {
  /** Whether it knows a Hall, and so requires permits. */
  readonly knowsHall: boolean;
  /** What answers for its code (section 10.5); absent where nothing does. */
  readonly code?: ServedCode;
}

/** The code of a worker, as whatever runs it vouches for it. */
interface ServedCode {
  readonly hash: Sha256;
  /** The JSON that answers a Hall's question; null where the text is not one. */
  attest(text: string): string | null;
}

/** A worker that listens. */
export interface HttpListener {
  readonly url: string;
  /** Takes no more calls, and waits for those that run. */
  close(): Promise<void>;
}

/**
 * Serves a worker over HTTP: `POST /run`, `GET /record`, `GET /healthz`, and `POST /attest` where something answers
 * for its code.
 *
 * @throws the system's error where it can't listen
 */
export async function listenHttp(served: HttpServed, address: HttpAddress): Promise<HttpListener> {
  const { server } = new HttpWorker(served);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(address.port, address.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return { url: urlOf({ ...address, port }), close: () => close(server) };
}

/** Waits for running calls and closes idle connections. */
async function close(server: Server): Promise<void> {
  const idle = setInterval(() => server.closeIdleConnections(), 20);
  const late = setTimeout(() => server.closeAllConnections(), SHUTDOWN_MS);
  await new Promise<void>((resolve) => server.close(() => resolve()));
  clearInterval(idle);
  clearTimeout(late);
}

/** The problems of requests that are not calls: status and message. */
const PROBLEMS = {
  NOT_FOUND: [404, 'The routes are POST /run, GET /record and GET /healthz.'],
  CODE_UNKNOWN: [404, 'Nothing here answers for the code of this worker: `wcp worker serve` does.'],
  CODE_CHANGED: [409, 'This worker runs other code than the call was decided about: nothing ran.'],
  INVALID_QUESTION: [400, 'The body must be {"nonce": …, "audience": …}.'],
  BODY_TOO_LARGE: [413, 'The body is larger than a question may be.'],
  METHOD_NOT_ALLOWED: [405, 'This path does not support the method.'],
  FROM_A_BROWSER: [403, 'A worker is called by a Hall, not by a page in a browser.'],
  UNSUPPORTED_MEDIA_TYPE: [415, 'The body of a call must be application/json.'],
  TOO_MANY_CALLS: [429, 'The worker is running its maximum number of calls: try again later.'],
} as const;

type Problem = keyof typeof PROBLEMS;
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
    '/run': ['POST', (request, response) => this.#admit(request, response)],
    '/attest': ['POST', (request, response) => this.#attest(request, response)],
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
    // A browser sends the origin of a page; no page has a reason to call a worker.
    if (request.headers.origin !== undefined) return sendProblem(response, 'FROM_A_BROWSER');
    if (route === undefined) return sendProblem(response, 'NOT_FOUND');
    const [method, handler] = route;
    if (request.method !== method) return sendProblem(response, 'METHOD_NOT_ALLOWED');
    await handler(request, response);
  }

  async #admit(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!isJson(request)) return sendProblem(response, 'UNSUPPORTED_MEDIA_TYPE');
    if (this.#calls >= MAX_CALLS) return sendProblem(response, 'TOO_MANY_CALLS');
    this.#calls += 1;
    try {
      await this.#answer(request, response);
    } finally {
      this.#calls -= 1;
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { worker, code } = this.#served;
    const body = await readBody(request);
    if (body.kind === 'too-large') {
      return send(response, 413, canonicalJson(resultWithCode(worker, 'WORKER_BODY_TOO_LARGE')));
    }
    const reading = callIn(body, code !== undefined);
    if (!reading.ok) {
      const result = resultWithCode(worker, 'WORKER_INVALID_BODY', findingOf(reading.message));
      return send(response, 400, canonicalJson(result));
    }
    const { code_hash } = reading.call;
    if (code_hash !== undefined && code_hash !== code?.hash) return sendProblem(response, 'CODE_CHANGED');
    try {
      return send(response, 200, canonicalJson(await this.#run(reading.call, response)));
    } catch (error) {
      if (!(error instanceof NoResult)) throw error;
      return sendText(response, error.status, error.code, error.message);
    }
  }

  async #attest(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { code } = this.#served;
    if (code === undefined) return sendProblem(response, 'CODE_UNKNOWN');
    if (!isJson(request)) return sendProblem(response, 'UNSUPPORTED_MEDIA_TYPE');
    const body = await readBody(request, MAX_QUESTION_LENGTH);
    if (body.kind === 'too-large') return sendProblem(response, 'BODY_TOO_LARGE');
    const answer = body.kind === 'text' ? code.attest(body.text) : null;
    if (answer === null) return sendProblem(response, 'INVALID_QUESTION');
    return send(response, 200, answer);
  }

  /** Runs the call as long as its caller waits for the answer. */
  #run(call: Call, response: ServerResponse) {
    const controller = new AbortController();
    response.once('close', () => controller.abort());
    const { signal } = controller;
    const dispatch = dispatchOf(call.permit, this.#served.knowsHall, signal);
    return runCall(this.#served, call, dispatch === undefined ? { signal } : { signal, dispatch });
  }
}

function isJson({ headers }: IncomingMessage): boolean {
  return /^application\/json *(?:;|$)/i.test(headers['content-type'] ?? '');
}

function callIn(body: Body, knowsCode: boolean): CallReading {
  if (body.kind === 'text') return parseCall(body.text, { knowsCode });
  return {
    ok: false,
    message: body.kind === 'not-utf8' ? 'It is not UTF-8.' : 'It is not JSON.',
    id: undefined,
  };
}

function sendProblem(response: ServerResponse, code: Problem): void {
  const [status, message] = PROBLEMS[code];
  sendText(response, status, code, message);
}

function sendText(response: ServerResponse, status: number, code: string, message: string): void {
  send(response, status, JSON.stringify({ code, message }));
}

/** The body of a failed request may not have been read, so its connection is closed. */
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
