import { isUtf8 } from 'node:buffer';
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { WcpError } from '@wcp/spec';
import { FOREIGN_TEXT_LIMITS, parseJson } from '@wcp/spec/json';
import type { ServerOptions } from './server-options.ts';

/** The longest answer in bytes: a verdict is a few hundred. */
const MAX_ANSWER_BYTES = 262_144;
/** Connections at a time; further questions wait for one, within the time that the gate gives them. */
const MAX_CONNECTIONS = 64;

/**
 * A server that is asked over HTTP. Connections are kept; no redirect is followed and no proxy used, so that nobody else
 * answers in its place; an answer is read up to a bound.
 */
export class PolicyServer {
  readonly #url: URL;
  readonly #agent: HttpAgent | HttpsAgent;
  readonly #headers: Readonly<Record<string, string>>;

  /** @param path of the endpoint, added to that of the address; with a query */
  constructor({ url, token, ca }: ServerOptions, path: string) {
    this.#url = new URL(url.replace(/\/+$/, '') + path);
    const connections = { keepAlive: true, maxSockets: MAX_CONNECTIONS };
    this.#agent =
      this.#url.protocol === 'https:'
        ? // Said explicitly, or a variable of Node could turn it off.
          new HttpsAgent({ ...connections, rejectUnauthorized: true, ...(ca === undefined ? {} : { ca }) })
        : new HttpAgent(connections);
    this.#headers = {
      accept: 'application/json',
      'accept-encoding': 'identity',
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    };
  }

  /**
   * Posts a question.
   *
   * @returns the answer, any JSON value
   * @throws {Error} where there is none: no connection, another status than 200
   * @throws {WcpError} `ERR_WCP_POLICY_ANSWER` where it is too long, or no I-JSON
   */
  async ask(question: unknown, signal: AbortSignal): Promise<unknown> {
    const body = JSON.stringify(question);
    try {
      return await this.#post(body, signal);
    } catch (error) {
      // A kept connection may be closed by the server at any time: the question had no effect and is asked again.
      if (!(error instanceof ConnectionClosed)) throw error;
      return await this.#post(body, signal);
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  #post(body: string, signal: AbortSignal): Promise<unknown> {
    const send = this.#url.protocol === 'https:' ? httpsRequest : httpRequest;
    const headers = { ...this.#headers, 'content-length': Buffer.byteLength(body) };
    return new Promise((resolve, reject) => {
      const request = send(this.#url, { method: 'POST', agent: this.#agent, headers, signal });
      request.on('response', (response) => readAnswer(response).then(resolve, reject));
      request.on('error', (error: NodeJS.ErrnoException) => {
        const isClosed = request.reusedSocket && error.code === 'ECONNRESET';
        reject(isClosed ? new ConnectionClosed() : new Error(`The policy server failed: ${error.message}`));
      });
      request.end(body);
    });
  }
}

class ConnectionClosed extends Error {
  override readonly message = 'The policy server closed the connection.';
}

async function readAnswer(response: IncomingMessage): Promise<unknown> {
  const { statusCode } = response;
  if (statusCode !== 200) {
    response.destroy();
    throw new Error(`The policy server answered with status ${statusCode}.`);
  }
  const bytes = await readBytes(response);
  if (!isUtf8(bytes)) throw otherAnswer('with a text that is not UTF-8');
  try {
    return parseJson(bytes.toString('utf8'), FOREIGN_TEXT_LIMITS);
  } catch (cause) {
    throw otherAnswer('with a text that is not JSON', cause);
  }
}

async function readBytes(response: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  // Leaving the loop closes the connection.
  for await (const part of response as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > MAX_ANSWER_BYTES) throw otherAnswer(`with more than ${MAX_ANSWER_BYTES} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function otherAnswer(how: string, cause?: unknown): WcpError {
  return new WcpError('ERR_WCP_POLICY_ANSWER', `The policy server answered ${how}.`, { cause });
}
