import { WcpError } from '@wcp/spec';
import type { Enforcement } from '@wcp/spec/document';
import { type Connection, connect } from './connect.ts';
import { followListChanges } from './follow/list-changes.ts';
import { StandingWishes } from './follow/standing-wishes.ts';
import { ParamHeaders } from './http/param-headers.ts';
import { listPages } from './list-pages.ts';
import { Listeners } from './listeners.ts';
import { requestMeta } from './request-meta.ts';
import { RestartPause } from './restart-pause.ts';
import { limitsOf, type UpstreamLimits, type UpstreamSettings } from './settings.ts';
import { type PackageBytes, readPackage } from './stdio/package-bytes.ts';
import type { Upstream, UpstreamCall } from './upstream.ts';
import { UpstreamError } from './upstream-error.ts';
import { withinCall } from './within-call.ts';

/**
 * Starts or reaches an MCP server and finds out which revision it speaks. Where it is lost, it is started again with a
 * pause that grows; a request that comes meanwhile waits for it.
 *
 * @throws {UpstreamError} where it cannot be started or reached
 * @throws {WcpError} `ERR_WCP_MCP_CONFIG`, `ERR_WCP_PACKAGE`
 * @example
 * import { openUpstream } from '@wcp/mcp';
 *
 * const files = await openUpstream({ alias: 'files', command: 'mcp-server-files', args: ['/srv'] });
 * console.log(files.revision, (await files.listTools()).length);
 * await files.close();
 */
export async function openUpstream(settings: UpstreamSettings): Promise<Upstream> {
  if (!/^[a-z0-9-]{1,16}$/.test(settings.alias)) {
    throw new WcpError('ERR_WCP_MCP_CONFIG', 'The name of a server is 1 to 16 of a-z, 0-9 and -.');
  }
  const upstream = new RestartingUpstream(settings);
  await upstream.start();
  return upstream;
}

/** A server that is started again where it was lost. */
class RestartingUpstream implements Upstream {
  readonly alias: string;
  readonly #settings: UpstreamSettings;
  readonly #limits: UpstreamLimits;
  readonly #params = new ParamHeaders();
  readonly #notified = new Listeners<[method: string, params: unknown]>();
  readonly #closed = new Listeners<[reason: string]>();
  readonly #wishes = new StandingWishes(this.#notified);
  readonly #pause: RestartPause;
  readonly #closing = new AbortController();
  /** What a contained server runs from: read once, so that it stays what its tools are attested with. */
  #bytes: PackageBytes | null = null;
  #source: string | null = null;
  /** What is known of the server, also while it is down. */
  #last: Connection | null = null;
  /** Resolves with the connection that is, or is being made. */
  #current: Promise<Connection> | null = null;

  constructor(settings: UpstreamSettings) {
    this.alias = settings.alias;
    this.#settings = settings;
    this.#limits = limitsOf(settings);
    this.#pause = new RestartPause(this.#limits.restart_ms);
  }

  get source(): string | null {
    return this.#source;
  }

  get server(): unknown {
    return this.#last?.server ?? null;
  }

  get revision(): string {
    return this.#last?.revision ?? '';
  }

  get capabilities(): unknown {
    return this.#last?.capabilities ?? {};
  }

  get instructions(): unknown {
    return this.#last?.instructions ?? null;
  }

  get enforcement(): Enforcement | null {
    return this.#last?.channel.enforcement ?? null;
  }

  async start(): Promise<void> {
    this.#current = this.#connect();
    await this.#current;
  }

  async listTools(): Promise<readonly unknown[]> {
    const tools = await listPages(
      (params) => this.request('tools/list', params),
      'tools',
      this.#limits.tools,
    );
    this.#params.use(tools);
    return tools;
  }

  async request(method: string, params: unknown, call: UpstreamCall = {}): Promise<unknown> {
    const began = performance.now();
    const { timeout_ms = this.#limits.request_ms } = call;
    const left = () => Math.max(1, timeout_ms - (performance.now() - began));
    const connecting = this.#connecting();
    try {
      return await ask(await withinCall(connecting, timeout_ms, call.signal), method, params, call, left());
    } catch (error) {
      // A session that has ended is begun again: nothing ran.
      const isLost = error instanceof UpstreamError && error.has_run === false && this.#current !== null;
      if (!isLost || this.#current === connecting) throw error;
      return ask(await withinCall(this.#connecting(), left(), call.signal), method, params, call, left());
    }
  }

  async subscribe(uri: string, owner: string): Promise<void> {
    await this.#wishes.subscribe(await this.#connecting(), uri, owner);
  }

  async unsubscribe(uri: string, owner: string): Promise<void> {
    await this.#wishes.unsubscribe(await this.#connecting(), uri, owner);
  }

  useLogLevel(level: string): void {
    if (this.#last !== null) this.#wishes.useLevel(this.#last, level);
  }

  onNotification(listen: (method: string, params: unknown) => void): () => void {
    return this.#notified.add(listen);
  }

  onClosed(listen: (reason: string) => void): () => void {
    return this.#closed.add(listen);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    const current = this.#current;
    this.#current = null;
    const connection = await current?.catch(() => null);
    // What the server has may have begun.
    connection?.peer.end('DELIVERY_INTERRUPTED');
    await connection?.channel.close();
  }

  /** The connection that is, or is being made. */
  #connecting(): Promise<Connection> {
    if (this.#closing.signal.aborted) return Promise.reject(new UpstreamError('DELIVERY_CLOSED'));
    this.#current ??= this.#connectAgain();
    return this.#current;
  }

  async #connectAgain(): Promise<Connection> {
    await this.#pause.wait(this.#closing.signal);
    if (this.#closing.signal.aborted) throw new UpstreamError('DELIVERY_CLOSED');
    return this.#connect();
  }

  async #connect(): Promise<Connection> {
    try {
      await this.#readSource();
      const connection: Connection = await connect({
        settings: this.#settings,
        bytes: this.#bytes,
        params: this.#params,
        known: this.#last?.revision ?? this.#settings.revision ?? null,
        signal: this.#closing.signal,
        onNotification: (method, params) => this.#notified.tell(method, params),
        onClosed: (reason) => this.#lose(connection, reason),
      });
      const isAgain = this.#last !== null;
      this.#last = connection;
      followListChanges(connection, this.#closing.signal, (method) => this.#notified.tell(method, undefined));
      // What it says of its tools may be something else by now.
      if (isAgain) {
        this.#notified.tell('notifications/tools/list_changed', undefined);
        this.#wishes.renew(connection);
      }
      return connection;
    } catch (error) {
      this.#current = null;
      throw error;
    }
  }

  /** A server that is not contained runs from its folder, which may be another at each start. */
  async #readSource(): Promise<void> {
    const settings = this.#settings;
    if ('url' in settings) this.#source = settings.url;
    else if (settings.package !== undefined && this.#bytes === null) {
      const bytes = await readPackage(settings.package);
      this.#source = bytes.hash;
      this.#bytes = settings.envelope === undefined ? null : bytes;
    }
  }

  #lose(connection: Connection, reason: string): void {
    connection.peer.end('DELIVERY_CRASHED');
    void connection.channel.close();
    if (this.#closing.signal.aborted || connection !== this.#last) return;
    this.#closed.tell(reason);
    this.#current = this.#connectAgain();
    // Whoever asks next tries again.
    this.#current.catch(() => {});
  }
}

function ask(
  { peer, meta }: Connection,
  method: string,
  params: unknown,
  call: UpstreamCall,
  timeout_ms: number,
): Promise<unknown> {
  return peer.request(method, params, { ...call, timeout_ms }, requestMeta(meta, call));
}
