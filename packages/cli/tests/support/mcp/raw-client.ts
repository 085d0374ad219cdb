import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { deferred } from '../support.ts';

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever member it is about.
export type Json = any;

export type Revision = '2026-07-28' | '2025-11-25';

/** A call that runs. */
export interface RunningCall {
  /** The message that answers it; null where there is none, because it was cancelled. */
  readonly answer: Promise<Json>;
  cancel(): void;
}

/** What a call has beside its arguments. */
export interface CallMore {
  readonly meta?: object;
  /** Gets the parameters of each notification of progress, without their token. */
  readonly onProgress?: (progress: Json) => void;
}

/** A client, whatever it is made of. */
export interface TestClient {
  listTools(): Promise<Json[]>;
  start(name: string, given: object, more?: CallMore): RunningCall;
  close(): Promise<void>;
}

const META = 'io.modelcontextprotocol';
const INFO = { name: 'raw', version: '1' };

/** A program with next to nothing of this environment. */
export interface Program {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Messages without any SDK, over whatever carries them. */
abstract class RawClient implements TestClient {
  readonly revision: Revision;
  #lastId = 0;

  constructor(revision: Revision) {
    this.revision = revision;
  }

  /** All that is listed, of all pages, as it came. */
  async listTools(): Promise<Json[]> {
    const tools: Json[] = [];
    for (let cursor: string | undefined; ; ) {
      const { result } = await this.ask('tools/list', cursor === undefined ? {} : { cursor }).answer;
      tools.push(...result.tools);
      cursor = result.nextCursor;
      if (cursor === undefined) return tools;
    }
  }

  start(name: string, given: object, more: CallMore = {}): RunningCall {
    return this.ask('tools/call', { name, arguments: given }, more);
  }

  abstract ask(method: string, params: object, more?: CallMore): RunningCall;
  abstract close(): Promise<void>;

  protected request(method: string, params: object, { meta = {}, onProgress }: CallMore = {}) {
    this.#lastId += 1;
    const id = this.#lastId;
    const envelope =
      this.revision === '2026-07-28'
        ? {
            [`${META}/protocolVersion`]: this.revision,
            [`${META}/clientInfo`]: INFO,
            [`${META}/clientCapabilities`]: {},
          }
        : {};
    const token = onProgress === undefined ? {} : { progressToken: `token-${id}` };
    const _meta = { ...envelope, ...meta, ...token };
    const hasMeta = Object.keys(_meta).length > 0;
    return { jsonrpc: '2.0', id, method, params: { ...params, ...(hasMeta && { _meta }) } } as const;
  }

  protected get welcome() {
    return { protocolVersion: this.revision, capabilities: {}, clientInfo: INFO };
  }
}

/** What a message says of the progress of a request, if that is its token. */
function progressOf({ method, params }: Json, id: number): Json {
  if (method !== 'notifications/progress' || params.progressToken !== `token-${id}`) return null;
  const { progressToken: _, ...said } = params;
  return said;
}

/** A client that starts a program and speaks over its standard input and output. */
export class RawStdioClient extends RawClient {
  readonly child: ChildProcess;
  readonly #waiting = new Map<number, (message: Json) => void>();
  readonly #progress = new Map<number, (progress: Json) => void>();
  /** Answers that nobody waited for, such as one to a call that was cancelled. */
  readonly strays: Json[] = [];
  errors = '';

  private constructor(revision: Revision, { args, env }: Program) {
    super(revision);
    this.child = spawn(process.execPath, args, { env: { PATH: process.env['PATH'] ?? '', ...env } });
    let parts: string[] = [];
    this.child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      const [first = '', ...more] = chunk.split('\n');
      parts.push(first);
      for (const next of more) {
        this.#take(JSON.parse(parts.join('')));
        parts = [next];
      }
    });
    this.child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      this.errors += chunk;
    });
    this.child.stdin?.on('error', () => {});
    this.child.on('exit', (code) => {
      for (const answer of this.#waiting.values()) answer({ exit: code, errors: this.errors });
    });
  }

  static async open(revision: Revision, program: Program): Promise<RawStdioClient> {
    const client = new RawStdioClient(revision, program);
    if (revision === '2026-07-28') return client;
    const { result, errors } = await client.ask('initialize', client.welcome).answer;
    if (result === undefined) throw new Error(`It ended: ${errors}`);
    client.#write({ jsonrpc: '2.0', method: 'notifications/initialized' });
    return client;
  }

  ask(method: string, params: object, more: CallMore = {}): RunningCall {
    const message = this.request(method, params, more);
    const { promise, resolve } = deferred<Json>();
    this.#waiting.set(message.id, resolve);
    if (more.onProgress !== undefined) this.#progress.set(message.id, more.onProgress);
    this.#write(message);
    return {
      answer: promise,
      cancel: () => {
        this.#waiting.delete(message.id);
        const { _meta } = message.params as { _meta?: Json };
        const params = { requestId: message.id, ...(this.revision === '2026-07-28' && { _meta }) };
        this.#write({ jsonrpc: '2.0', method: 'notifications/cancelled', params });
        resolve(null);
      },
    };
  }

  async close(): Promise<void> {
    this.child.stdin?.end();
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, 'exit');
  }

  #write(message: object): void {
    this.child.stdin?.write(`${JSON.stringify(message)}\n`);
  }

  #take(message: Json): void {
    for (const [id, tell] of this.#progress) {
      const said = progressOf(message, id);
      if (said !== null) tell(said);
    }
    if (message.method !== undefined) return;
    const answer = this.#waiting.get(message.id);
    if (answer === undefined) this.strays.push(message);
    this.#waiting.delete(message.id);
    answer?.(message);
  }
}

/** A client over streamable HTTP. */
export class RawHttpClient extends RawClient {
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;
  #session: string | null = null;

  private constructor(revision: Revision, url: string, key: string | null) {
    super(revision);
    this.#url = url;
    this.#headers = key === null ? {} : { authorization: `Bearer ${key}` };
  }

  static async open(revision: Revision, url: string, key: string | null = null): Promise<RawHttpClient> {
    const client = new RawHttpClient(revision, url, key);
    if (revision === '2026-07-28') return client;
    const response = await client.#post(client.request('initialize', client.welcome));
    client.#session = response.headers.get('mcp-session-id');
    await response.text();
    await (await client.#post({ jsonrpc: '2.0', method: 'notifications/initialized' })).text();
    return client;
  }

  override start(name: string, given: object, more: CallMore = {}): RunningCall & { lose(): void } {
    return this.ask('tools/call', { name, arguments: given }, more);
  }

  ask(method: string, params: object, more: CallMore = {}): RunningCall & { lose(): void } {
    const message = this.request(method, params, more);
    const controller = new AbortController();
    const cancelled = deferred<null>();
    const answered = this.#post(message, controller.signal).then((response) =>
      answerIn(response, message.id, more.onProgress ?? (() => {})),
    );
    const answer = Promise.race([answered, cancelled.promise]);
    // Of a call that was cancelled or lost, nobody waits for the answer.
    answer.catch(() => {});
    return {
      answer,
      cancel: () => {
        cancelled.resolve(null);
        if (this.#session === null) controller.abort();
        else void this.#cancel(message.id);
      },
      lose: () => controller.abort(),
    };
  }

  async close(): Promise<void> {
    if (this.#session === null) return;
    const headers = { ...this.#headers, 'mcp-session-id': this.#session };
    await fetch(this.#url, { method: 'DELETE', headers });
  }

  async #cancel(requestId: number): Promise<void> {
    const params = { requestId };
    await (await this.#post({ jsonrpc: '2.0', method: 'notifications/cancelled', params })).text();
  }

  #post(message: Json, signal?: AbortSignal): Promise<Response> {
    const { method, params } = message;
    const isModern = this.revision === '2026-07-28';
    return fetch(this.#url, {
      method: 'POST',
      body: JSON.stringify(message),
      signal: signal ?? null,
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...this.#headers,
        ...(method !== 'initialize' && { 'mcp-protocol-version': this.revision }),
        ...(isModern && { 'mcp-method': method, ...(params.name && { 'mcp-name': params.name }) }),
        ...(this.#session !== null && { 'mcp-session-id': this.#session }),
      },
    });
  }
}

async function answerIn(response: Response, id: number, tell: (progress: Json) => void): Promise<Json> {
  if (response.headers.get('content-type') !== 'text/event-stream') return response.json();
  let [parts, answer]: [string[], Json] = [[], null];
  const decoder = new TextDecoder();
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    const [first = '', ...more] = decoder.decode(chunk, { stream: true }).split('\n');
    parts.push(first);
    for (const next of more) {
      const line = parts.join('');
      parts = [next];
      if (!line.startsWith('data: ')) continue;
      const message = JSON.parse(line.slice('data: '.length));
      const said = progressOf(message, id);
      if (said !== null) tell(said);
      if (message.id === id && message.method === undefined) answer = message;
    }
  }
  return answer;
}
