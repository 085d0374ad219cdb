import { type IncomingHttpHeaders, type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http';
import { PROOF_SOLVER } from '../../src/page/proof-script.ts';

/** A response, its body read. */
export interface Response {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** A client that keeps the cookies of the page, and can send whatever an attacker can. */
export class Visitor {
  readonly cookies = new Map<string, string>();
  readonly #url: URL;

  constructor(url: string) {
    this.#url = new URL(url);
  }

  get(path: string, headers: OutgoingHttpHeaders = {}): Promise<Response> {
    return this.send('GET', path, { headers });
  }

  /** Sends a form. */
  post(
    path: string,
    fields: Readonly<Record<string, string>>,
    headers: OutgoingHttpHeaders = {},
  ): Promise<Response> {
    return this.send('POST', path, {
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: new URLSearchParams(fields).toString(),
    });
  }

  async send(
    method: string,
    path: string,
    { headers = {}, body = '' }: { readonly headers?: OutgoingHttpHeaders; readonly body?: string | Buffer },
  ): Promise<Response> {
    const own = {
      ...this.#cookie(),
      ...(method !== 'GET' && { 'content-length': Buffer.byteLength(body) }),
    };
    const all = { ...own, ...headers };
    const response = await connect({ method, path, url: this.#url, headers: all, body });
    for (const line of response.headers['set-cookie'] ?? []) this.#keep(line);
    const { statusCode = 0, headers: received } = response;
    return { status: statusCode, headers: received, text: await readText(response) };
  }

  /** Opens the stream of events; resolves when its headers have arrived. */
  async listen(): Promise<{ readonly headers: IncomingHttpHeaders; text(): Promise<string> }> {
    const stream = await connect({
      method: 'GET',
      path: '/events',
      url: this.#url,
      headers: this.#cookie(),
      body: '',
    });
    return { headers: stream.headers, text: () => readText(stream) };
  }

  /** Signs in with a password or the token of a link. */
  async signIn(token: string): Promise<Response> {
    const { text } = await this.get('/sign-in');
    return this.post('/sign-in', { form_token: formToken(text, '/sign-in'), token });
  }

  /** Signs in as a browser does that runs the script of the form. */
  async signInWithProof(password: string): Promise<Response> {
    return this.sendProof((await this.get('/sign-in')).text, password);
  }

  /** Sends the form of a page with a proof of work. */
  async sendProof(page: string, password: string): Promise<Response> {
    const proof = await proofFor(page, password);
    return this.post('/sign-in', { form_token: formToken(page, '/sign-in'), token: password, proof });
  }

  #cookie(): OutgoingHttpHeaders {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    return cookie === '' ? {} : { cookie };
  }

  #keep(line: string): void {
    const [pair = ''] = line.split(';');
    const [name = '', value = ''] = pair.split('=');
    if (/Max-Age=0/.test(line)) this.cookies.delete(name);
    else this.cookies.set(name, value);
  }
}

/** The token of the form with an action, from a page. */
export function formToken(page: string, action: string): string {
  const form = page.split('<form').find((part) => part.includes(`action="${action}"`)) ?? '';
  return /name="form_token" value="([^"]+)"/.exec(form)?.[1] ?? '';
}

type Solve = (text: string, puzzles: number, bits: number) => Promise<string>;

/** The proof that the script of a page finds for its form and a password. */
export function proofFor(page: string, password: string): Promise<string> {
  const [, puzzles, bits] = /data-puzzles="(\d+)" data-bits="(\d+)"/.exec(page) ?? [];
  const solve = new Function(`'use strict';${PROOF_SOLVER};return solve`)() as Solve;
  return solve(`${formToken(page, '/sign-in')}\n${password}`, Number(puzzles), Number(bits));
}

interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly url: URL;
  readonly headers: OutgoingHttpHeaders;
  readonly body: string | Buffer;
}

function connect({ method, path, url, headers, body }: Exchange): Promise<IncomingMessage> {
  const { hostname, port } = url;
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, method, path, headers, agent: false }, resolve);
    sent.on('error', reject);
    sent.end(body);
  });
}

async function readText(response: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of response.setEncoding('utf8')) text += part;
  return text;
}
