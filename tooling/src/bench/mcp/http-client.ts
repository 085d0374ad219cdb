import { Agent, type IncomingMessage, request as send } from 'node:http';
import { text } from 'node:stream/consumers';

const REVISION = '2025-11-25';

/** A client of a face over HTTP, in a session of its own. */
export class HttpClient {
  readonly #url: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64 });
  readonly #headers: Record<string, string>;
  #asked = 0;

  private constructor(url: string, key: string) {
    this.#url = url;
    this.#headers = {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    };
  }

  static async open(url: string, key: string): Promise<HttpClient> {
    const client = new HttpClient(url, key);
    const clientInfo = { name: 'bench', version: '1.0.0' };
    const params = { protocolVersion: REVISION, capabilities: {}, clientInfo };
    const { headers } = await client.#post({ id: 0, method: 'initialize', params });
    client.#headers['mcp-session-id'] = String(headers['mcp-session-id']);
    client.#headers['mcp-protocol-version'] = REVISION;
    await client.#post({ method: 'notifications/initialized' });
    return client;
  }

  /** The result of a request. */
  async request(method: string, params: object): Promise<unknown> {
    this.#asked += 1;
    const { headers, body } = await this.#post({ id: this.#asked, method, params });
    const isStream = headers['content-type']?.startsWith('text/event-stream') === true;
    const { result, error } = JSON.parse(isStream ? lastMessage(body) : body);
    if (result === undefined) throw new Error(`${method} failed: ${JSON.stringify(error)}`);
    return result;
  }

  /** Closes its connections; the session is never ended. */
  leave(): void {
    this.#agent.destroy();
  }

  async #post(message: object): Promise<{ headers: IncomingMessage['headers']; body: string }> {
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const posted = send(this.#url, { method: 'POST', agent: this.#agent, headers: this.#headers });
      posted.once('response', resolve).once('error', reject);
      posted.end(JSON.stringify({ jsonrpc: '2.0', ...message }));
    });
    const body = await text(answer);
    if ((answer.statusCode ?? 0) >= 300) throw new Error(`HTTP ${answer.statusCode}: ${body}`);
    return { headers: answer.headers, body };
  }
}

/** The data of the last event of a stream: the answer, after whatever was told before it. */
function lastMessage(stream: string): string {
  const data = stream.split('\n').filter((line) => line.startsWith('data:') && line.trim() !== 'data:');
  return data.at(-1)?.slice('data:'.length) ?? '';
}
