import type { Agent, IncomingMessage } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { WcpError } from '@wcp/spec';
import type { Channel, ChannelListener } from '../rpc/channel.ts';
import { type RpcId, type RpcMessage, readMessages, writeMessage } from '../rpc/message.ts';
import { type HttpSettings, limitsOf, type UpstreamLimits } from '../settings.ts';
import { UpstreamError } from '../upstream-error.ts';
import { codeOfStatus, contentTypeOf, exchange, HTTP_MODULES, readBody } from './http-exchange.ts';
import { MessageStream } from './message-stream.ts';
import type { ParamHeaders } from './param-headers.ts';
import { readRefusal } from './read-refusal.ts';
import {
  FIRST_WITHOUT_SESSIONS,
  type HeaderContext,
  requestHeaders,
  sessionHeaders,
} from './request-headers.ts';

const SESSION = /^[\x21-\x7e]{1,1024}$/;
const GONE_MS = 500;
const [FIRST_PAUSE_MS, LONGEST_PAUSE_MS, MAX_RESUMES] = [1_000, 30_000, 8];

/** Speaks with a server over streamable HTTP. @throws {WcpError} `ERR_WCP_MCP_CONFIG` for an address that is none */
export function openHttp(settings: HttpSettings, params: ParamHeaders, listener: ChannelListener): Channel {
  return new HttpChannel(settings, params, listener);
}

class HttpChannel implements Channel {
  readonly enforcement = null;
  readonly #settings: HttpSettings;
  readonly #limits: UpstreamLimits;
  readonly #url: URL;
  readonly #agent: Agent;
  readonly #params: ParamHeaders;
  readonly #listener: ChannelListener;
  readonly #closing = new AbortController();
  #revision: string | null = null;
  #session: string | null = null;

  constructor(settings: HttpSettings, params: ParamHeaders, listener: ChannelListener) {
    this.#settings = settings;
    this.#limits = limitsOf(settings);
    this.#url = readUrl(settings.url);
    const { Agent: AgentOf } = HTTP_MODULES[this.#url.protocol] as { Agent: typeof Agent };
    this.#agent = new AgentOf({ keepAlive: true });
    this.#params = params;
    this.#listener = listener;
  }

  /** Where there are no sessions, a request lives as long as its stream. */
  get cancelsByClosing(): boolean {
    return this.#revision !== null && this.#revision >= FIRST_WITHOUT_SESSIONS;
  }

  agree(revision: string): void {
    this.#revision = revision;
  }

  listen(): void {
    if (!this.cancelsByClosing) void this.#followServer();
  }

  async send(message: RpcMessage, signal?: AbortSignal): Promise<'sent' | 'ended'> {
    const body = writeMessage(message, this.#limits.request_bytes);
    const ends = [this.#closing.signal, ...(signal === undefined ? [] : [signal])];
    const common = { url: this.#url, agent: this.#agent, signal: AbortSignal.any(ends) };
    const headers = requestHeaders(message, this.#context);
    const response = await exchange({ ...common, method: 'POST', headers, body });
    response.on('error', () => {});
    await this.#checkStatus(response, message.id ?? null);
    this.#keepSession(response);
    const id = message.id ?? null;
    if (id === null) response.resume();
    else await this.#readAnswer(response, id, common.signal);
    return id === null ? 'sent' : 'ended';
  }

  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    if (this.#session !== null) await this.#endSession().catch(() => {});
    this.#agent.destroy();
  }

  get #context(): HeaderContext {
    const { headers = {} } = this.#settings;
    return { revision: this.#revision, session: this.#session, headers, params: this.#params };
  }

  async #checkStatus(response: IncomingMessage, id: RpcId | null): Promise<void> {
    const status = response.statusCode ?? 0;
    const code = codeOfStatus(status);
    if (code === null) return;
    if (status === 404 && this.#session !== null) {
      response.destroy();
      this.#session = null;
      // This request certainly did not run; of others that are under way nobody knows.
      if (id !== null) this.#listener.onRefused(id, 'DELIVERY_UNREACHABLE');
      this.#listener.onClosed('The server has ended the session.');
      throw new UpstreamError('DELIVERY_UNREACHABLE');
    }
    throw await readRefusal(response, code);
  }

  #keepSession({ headers }: IncomingMessage): void {
    const session = headers['mcp-session-id'];
    if (this.#session === null && typeof session === 'string' && SESSION.test(session))
      this.#session = session;
  }

  async #readAnswer(response: IncomingMessage, id: RpcId, signal: AbortSignal): Promise<void> {
    const type = contentTypeOf(response);
    if (type === 'text/event-stream') await this.#readStream(response, id, signal);
    else if (type === 'application/json') await this.#readJson(response, id);
    else {
      response.destroy();
      throw new UpstreamError(response.statusCode === 200 ? 'DELIVERY_JUNK' : 'DELIVERY_INVALID_RESULT');
    }
  }

  async #readJson(response: IncomingMessage, id: RpcId): Promise<void> {
    const bytes = await readBody(response, this.#limits.message_bytes);
    try {
      for (const message of readMessages(bytes)) this.#listener.onMessage(message, id);
    } catch (cause) {
      throw new UpstreamError('DELIVERY_JUNK', { cause });
    }
  }

  /** The stream of a request; where the server ends it before the answer and keeps its events, it is continued. */
  async #readStream(response: IncomingMessage, id: RpcId, signal: AbortSignal): Promise<void> {
    const stream = new MessageStream(id, this.#limits.message_bytes, this.#listener);
    await stream.read(response);
    for (let tries = 0; !stream.isAnswered && stream.lastId !== null && tries < MAX_RESUMES; tries += 1) {
      if (this.cancelsByClosing || signal.aborted) return;
      await wait(Math.min(stream.retry_ms ?? FIRST_PAUSE_MS, LONGEST_PAUSE_MS), undefined, { signal });
      await this.#continue(stream, signal).catch(() => {});
    }
  }

  /** False where the server has no such stream. */
  async #continue(stream: MessageStream, signal: AbortSignal): Promise<boolean> {
    const headers = {
      ...sessionHeaders(this.#context),
      accept: 'text/event-stream',
      ...(stream.lastId !== null && { 'last-event-id': stream.lastId }),
    };
    const response = await exchange({ url: this.#url, agent: this.#agent, method: 'GET', headers, signal });
    response.on('error', () => {});
    const isStream = response.statusCode === 200 && contentTypeOf(response) === 'text/event-stream';
    if (isStream) await stream.read(response);
    else response.destroy();
    return isStream;
  }

  /** What the server says of its own accord, for as long as it offers that. */
  async #followServer(): Promise<void> {
    const { signal } = this.#closing;
    const stream = new MessageStream(null, this.#limits.message_bytes, this.#listener);
    for (let pause = FIRST_PAUSE_MS; !signal.aborted; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      const began = performance.now();
      const isOffered = await this.#continue(stream, signal).catch(() => true);
      if (!isOffered) return;
      if (performance.now() - began > LONGEST_PAUSE_MS) pause = FIRST_PAUSE_MS;
      await wait(stream.retry_ms ?? pause, undefined, { signal, ref: false }).catch(() => {});
    }
  }

  async #endSession(): Promise<void> {
    const signal = AbortSignal.timeout(GONE_MS);
    const headers = sessionHeaders(this.#context);
    const response = await exchange({
      url: this.#url,
      agent: this.#agent,
      method: 'DELETE',
      headers,
      signal,
    });
    response.destroy();
  }
}

function readUrl(text: string): URL {
  const url = URL.parse(text);
  if (url === null || !Object.hasOwn(HTTP_MODULES, url.protocol)) {
    throw new WcpError('ERR_WCP_MCP_CONFIG', 'The address of an MCP server begins with http:// or https://.');
  }
  if (url.username !== '' || url.password !== '') {
    const message = 'The address of an MCP server must not hold a password. Name it as a header: `headers`.';
    throw new WcpError('ERR_WCP_MCP_CONFIG', message);
  }
  return url;
}
