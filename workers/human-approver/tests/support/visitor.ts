import { type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from 'node:http';

/** An answer, its body read. */
export interface Seen {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Somebody who speaks HTTP with the page, keeps its cookies, and can say whatever an attacker can. */
export class Visitor {
  readonly cookies = new Map<string, string>();
  readonly #url: URL;

  constructor(url: string) {
    this.#url = new URL(url);
  }

  get(path: string, headers: OutgoingHttpHeaders = {}): Promise<Seen> {
    return this.send('GET', path, { headers });
  }

  /** Sends a form. */
  post(
    path: string,
    fields: Readonly<Record<string, string>>,
    headers: OutgoingHttpHeaders = {},
  ): Promise<Seen> {
    return this.send('POST', path, {
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: new URLSearchParams(fields).toString(),
    });
  }

  async send(
    method: string,
    path: string,
    { headers = {}, body = '' }: { readonly headers?: OutgoingHttpHeaders; readonly body?: string },
  ): Promise<Seen> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const own = {
      ...(cookie !== '' && { cookie }),
      ...(method !== 'GET' && { 'content-length': Buffer.byteLength(body) }),
    };
    const seen = await exchange({ method, path, url: this.#url, headers: { ...own, ...headers }, body });
    for (const line of seen.headers['set-cookie'] ?? []) this.#keep(line);
    return seen;
  }

  /** Signs in with a password or the token of a link. */
  async signIn(token: string): Promise<Seen> {
    const { text } = await this.get('/sign-in');
    return this.post('/sign-in', { form_token: formToken(text, '/sign-in'), token });
  }

  #keep(line: string): void {
    const [pair = ''] = line.split(';');
    const [name = '', value = ''] = pair.split('=');
    if (/Max-Age=0/.test(line)) this.cookies.delete(name);
    else this.cookies.set(name, value);
  }
}

/** The token of the form with an action, as a page has it. */
export function formToken(page: string, action: string): string {
  const form = page.split('<form').find((part) => part.includes(`action="${action}"`)) ?? '';
  return /name="form_token" value="([^"]+)"/.exec(form)?.[1] ?? '';
}

interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly url: URL;
  readonly headers: OutgoingHttpHeaders;
  readonly body: string;
}

function exchange({ method, path, url, headers, body }: Exchange): Promise<Seen> {
  const { hostname, port } = url;
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, method, path, headers, agent: false }, async (response) => {
      let text = '';
      for await (const part of response.setEncoding('utf8')) text += part;
      resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
