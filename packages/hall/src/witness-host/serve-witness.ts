import { isUtf8 } from 'node:buffer';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MAX_ADD_CHECKPOINT_BYTES } from '@wcp/evidence/witness';
import type { Logger } from '../base/logger.ts';
import { DeploymentError } from '../deployment/deployment-error.ts';
import { listenFault } from '../deployment/listen.ts';
import { RequestRate } from './request-rate.ts';
import { Witness, type WitnessAnswer, type WitnessOptions } from './witness.ts';
import { WitnessStore } from './witness-store.ts';

/** How a witness is served. */
export interface WitnessHostOptions extends WitnessOptions {
  /** Its record, which {@link import('./witness-store.ts').createWitnessRecord} made. */
  readonly file: string;
  readonly host: string;
  readonly port: number;
  readonly log?: Logger;
}

/** A witness that is served. */
export interface WitnessHost {
  readonly url: string;
  /** Takes no more requests, and closes the record. */
  close(): Promise<void>;
}

const MAX_CONNECTIONS = 256;
const HEADERS_MS = 10_000;
const REQUEST_MS = 15_000;
const REQUESTS_PER_MINUTE = 600;

/**
 * Serves a witness over HTTP (C2SP tlog-witness): `POST /add-checkpoint`, and `GET /checkpoint?origin=…` for the last
 * checkpoint that it cosigned.
 *
 * @throws {WcpError} `ERR_WCP_STORE` without its record; a {@link DeploymentError} where it cannot listen
 * @example
 * import { generateSigningKey } from '@wcp/evidence';
 * import { createWitnessRecord, serveWitness } from '@wcp/hall';
 *
 * createWitnessRecord('witness.db');
 * const name = 'witness.example/w1';
 * const key = generateSigningKey();
 * const witness = await serveWitness({ name, key, logs: [], file: 'witness.db', host: '127.0.0.1', port: 0 });
 * console.log(witness.url);
 * await witness.close();
 */
export async function serveWitness(options: WitnessHostOptions): Promise<WitnessHost> {
  const { file, host, port, log = () => {} } = options;
  const store = new WitnessStore(file);
  const witness = new Witness(options, store);
  const rate = new RequestRate(REQUESTS_PER_MINUTE);
  const server = createServer(
    { headersTimeout: HEADERS_MS, requestTimeout: REQUEST_MS },
    (request, response) => {
      answer(witness, rate, request).then(
        (answered) => send(response, answered),
        () => {
          log('error', 'A request could not be answered: the record cannot be read or written.');
          send(response, { status: 500, type: 'text/plain; charset=utf-8', body: 'Failed.\n' });
        },
      );
    },
  );
  server.maxConnections = MAX_CONNECTIONS;
  try {
    await listening(server, host, port);
  } catch (error) {
    store.close();
    const message = listenFault(error, { host, port });
    throw new DeploymentError([{ file: null, path: null, code: 'CANNOT_LISTEN', message }], { cause: error });
  }
  const name = host.includes(':') ? `[${host}]` : host;
  return {
    url: `http://${name}:${(server.address() as AddressInfo).port}`,
    close: () => close(server, store),
  };
}

function listening(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve());
  });
}

async function close(server: Server, store: WitnessStore): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  await closed;
  store.close();
}

function send(response: ServerResponse, { status, type, body }: WitnessAnswer): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' });
  response.end(body);
}

const plain = (status: number, body: string): WitnessAnswer => ({
  status,
  type: 'text/plain; charset=utf-8',
  body,
});

async function answer(witness: Witness, rate: RequestRate, request: IncomingMessage): Promise<WitnessAnswer> {
  const { method, url = '' } = request;
  const { pathname, searchParams } = new URL(url, 'http://witness');
  if (!rate.admits(request.socket.remoteAddress ?? '')) return plain(429, 'Too many requests.\n');
  if (method === 'POST' && pathname === '/add-checkpoint') {
    const body = await readBounded(request);
    return body === null ? plain(413, 'The request is too long.\n') : witness.addCheckpoint(body);
  }
  if (method === 'GET' && pathname === '/checkpoint') return witness.latest(searchParams.get('origin') ?? '');
  return plain(404, 'A witness has POST /add-checkpoint and GET /checkpoint?origin=….\n');
}

/** Null for more bytes than a request has; nothing for bytes that are no text. */
async function readBounded(request: IncomingMessage): Promise<string | null> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > MAX_ADD_CHECKPOINT_BYTES) return null;
    parts.push(part);
  }
  const bytes = Buffer.concat(parts);
  return isUtf8(bytes) ? bytes.toString('utf8') : '';
}
