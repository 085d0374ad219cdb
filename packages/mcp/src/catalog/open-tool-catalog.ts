import type { Delivery } from '@wcp/hall';
import { type RegistryRecord, type Sha256, WcpError } from '@wcp/spec';
import { type McpDeliveryOptions, mcpDelivery } from '../delivery/mcp-delivery.ts';
import { type DefinitionList, ToolDefinitions } from '../delivery/tool-definitions.ts';
import { foldedName } from '../tool/shown-names.ts';
import type { BlastPolicy } from '../tool/tool-blast.ts';
import { toolRecord } from '../tool/tool-record.ts';
import { Listeners } from '../upstream/listeners.ts';
import type { Upstream } from '../upstream/upstream.ts';
import type { Pin } from './pinned-record.ts';
import { Repeater } from './repeater.ts';
import { ServerCatalog } from './server-catalog.ts';
import { ShownNames } from './shown-name.ts';
import type { PinnedTool, ToolCatalog } from './tool-catalog.ts';
import type { ToolRegistry } from './tool-registry.ts';

/** A server, and what its operator says of its tools. */
export interface CatalogServer {
  readonly upstream: Upstream;
  readonly blast?: BlastPolicy;
  /** Where its tools may be used (default: `dev`). */
  readonly environments?: readonly ('dev' | 'stage' | 'prod' | 'edge')[];
  readonly envelope?: RegistryRecord['privilege_envelope'];
  /** How its calls are delivered. */
  readonly delivery?: Pick<
    McpDeliveryOptions,
    'client_requests' | 'answer_bytes' | 'fresh_above' | 'links' | 'max_age_ms' | 'passes_tasks'
  >;
}

/** What a catalog stands on. */
export interface ToolCatalogOptions {
  /** In whose name tools are enrolled: `org.<name>` or `x.<name>`. */
  readonly authority: string;
  readonly servers: readonly CatalogServer[];
  readonly registry: ToolRegistry;
  /** Connects the delivery of a tool with the Hall: `(delivery) => hall.connect({ delivery })`. */
  readonly connect?: (delivery: Delivery) => Promise<void>;
  /** Milliseconds after which the servers are looked at again (default 30,000). */
  readonly interval_ms?: number;
  /** Characters of a name that clients see (default 40: some drop names of more than 64 with their own prefix). */
  readonly longest_name?: number;
  /** Whether such a name begins with that of its server (default: only where it would not be the only one). */
  readonly prefix?: boolean;
  /** Names that other tools of the gateway have: none is given to a tool that is new. */
  readonly reserved?: () => readonly string[];
}

/**
 * Opens the catalog of the tools behind a gateway: what is enrolled is read from the registry, what the tools are now
 * from their servers. Servers are looked at now, when they say that a list has changed, and every so often.
 *
 * @example
 * import { hallToolRegistry, openToolCatalog, openUpstream } from '@wcp/mcp';
 * import { createHall } from '@wcp/hall';
 * import { generateSigningKey } from '@wcp/evidence';
 *
 * const hall = await createHall({ rules: [] });
 * const upstream = await openUpstream({ alias: 'files', command: 'mcp-server-files', args: ['/srv'] });
 * const catalog = await openToolCatalog({
 *   authority: 'org.acme',
 *   servers: [{ upstream }],
 *   registry: hallToolRegistry(hall, generateSigningKey()),
 *   connect: (delivery) => hall.connect({ delivery }),
 * });
 * for (const { id, state } of catalog.tools()) console.log(id, state); // each new: nothing is enrolled
 */
export async function openToolCatalog(options: ToolCatalogOptions): Promise<ToolCatalog> {
  const catalog = new OpenToolCatalog(options);
  await catalog.look();
  return catalog;
}

const USUAL_INTERVAL_MS = 30_000;
const USUAL_LONGEST = 40;

class OpenToolCatalog implements ToolCatalog {
  readonly #options: ToolCatalogOptions;
  readonly #servers: ReadonlyMap<ServerCatalog, CatalogServer>;
  readonly #changed = new Listeners<[]>();
  readonly #endings: readonly (() => void)[];
  readonly #repeater: Repeater;
  readonly #connected = new Set<string>();
  #tools: readonly PinnedTool[] = [];
  #refreshing: Promise<void> = Promise.resolve();

  constructor(options: ToolCatalogOptions) {
    const { authority, servers, interval_ms = USUAL_INTERVAL_MS } = options;
    this.#options = options;
    const entries = servers.map(
      (server) => [new ServerCatalog(authority, new ToolDefinitions(server.upstream)), server] as const,
    );
    this.#servers = new Map(entries);
    this.#repeater = new Repeater(() => this.#lookNow(), interval_ms);
    this.#endings = servers.map(({ upstream }) =>
      upstream.onNotification((method) => {
        if (method === 'notifications/tools/list_changed') this.#repeater.soon();
      }),
    );
  }

  tools(): readonly PinnedTool[] {
    return this.#tools;
  }

  look(): Promise<void> {
    return this.#repeater.now();
  }

  async enrol(id: string, hash?: Sha256): Promise<void> {
    const tool = this.#tools.find((each) => each.id === id);
    if (tool === undefined) throw refused('There is no tool with this id.');
    await this.#enrolAll(tool.alias, [{ tool, hash }]);
  }

  async enrolFirst(alias: string): Promise<readonly string[]> {
    const ofServer = this.#tools.filter((tool) => tool.alias === alias);
    if (ofServer.some(isPinned))
      throw refused('Tools of this server are enrolled already: a steward enrols others.');
    const wanted = ofServer.flatMap((tool) =>
      tool.state === 'new' && tool.seen_hash !== null ? [{ tool, hash: tool.seen_hash }] : [],
    );
    if (wanted.length > 0) await this.#enrolAll(alias, wanted);
    return wanted.map(({ tool }) => tool.id);
  }

  onChanged(listen: () => void): () => void {
    return this.#changed.add(listen);
  }

  async close(): Promise<void> {
    for (const end of this.#endings) end();
    await this.#repeater.close();
    for (const server of this.#servers.keys()) server.definitions.close();
  }

  /** Enrols tools of a server as one look at it shows them. */
  async #enrolAll(alias: string, wanted: readonly WantedTool[]): Promise<void> {
    const [server, settings] = [...this.#servers].find(([each]) => each.alias === alias) ?? [];
    if (server === undefined || settings === undefined) throw refused('There is no server of this name.');
    const list = await server.seenNow();
    const attested_at = new Date().toISOString();
    await this.#options.registry.enrol(...wanted.map((each) => recordOf(each, list, settings, attested_at)));
    await this.#refresh();
  }

  async #lookNow(): Promise<void> {
    await Promise.all([...this.#servers.keys()].map((server) => server.look()));
    await this.#refresh();
  }

  /** One after another: what was read of the registry earlier must not replace what was read later. */
  #refresh(): Promise<void> {
    this.#refreshing = this.#refreshing.catch(() => {}).then(() => this.#refreshNow());
    return this.#refreshing;
  }

  /** What is enrolled may have been changed by somebody else. */
  async #refreshNow(): Promise<void> {
    const workers = await this.#options.registry.list();
    const names = this.#shownNames();
    for (const name of this.#options.reserved?.() ?? []) names.keep(name);
    const servers = [...this.#servers.keys()];
    for (const server of servers) server.usePins(workers);
    for (const { shown } of servers.flatMap(({ pins }) => pins)) if (shown !== null) names.keep(shown);
    const pinned = servers.flatMap((server) => server.pinned(names));
    const tools = [
      ...pinned,
      ...servers.flatMap((server) => server.unpinned(names, this.#shadowing(server, pinned))),
    ];
    const before = stateOf(this.#tools);
    this.#tools = tools.sort((a, b) => (a.id < b.id ? -1 : 1));
    await this.#connectNew();
    if (stateOf(this.#tools) !== before) this.#changed.tell();
  }

  async #connectNew(): Promise<void> {
    const { connect } = this.#options;
    for (const [server, settings] of this.#servers) {
      for (const pin of server.pins) {
        if (connect === undefined || this.#connected.has(pin.id)) continue;
        await connect(this.#deliveryOf(pin, server, settings));
        this.#connected.add(pin.id);
      }
    }
  }

  #deliveryOf({ id, record, name }: Pin, server: ServerCatalog, { delivery }: CatalogServer): Delivery {
    const { registry } = this.#options;
    const enrolledNow = () => registry.get?.(id) ?? server.pins.find((pin) => pin.id === id) ?? null;
    const enrolled = () => {
      const now = enrolledNow();
      return now === null ? null : { code_hash: now.record.attestation?.code_hash, version: now.version };
    };
    return mcpDelivery({ ...delivery, record, name, definitions: server.definitions, enrolled });
  }

  /** The folded names that a new tool of a server must not have: with a prefix, servers share none. */
  #shadowing({ alias }: ServerCatalog, pinned: readonly PinnedTool[]): ReadonlySet<string> {
    const { prefix = false } = this.#options;
    const rivals = prefix ? pinned.filter((tool) => tool.alias === alias) : pinned;
    return new Set(rivals.map(({ name }) => foldedName(name)));
  }

  #shownNames(): ShownNames {
    const { longest_name: longest = USUAL_LONGEST, prefix = false } = this.#options;
    return new ShownNames({ longest, prefix });
  }
}

/** A tool that is to be enrolled. */
interface WantedTool {
  readonly tool: PinnedTool;
  /** What was looked at; undefined for whatever is seen now. */
  readonly hash: Sha256 | undefined;
}

/** @throws {WcpError} `ERR_WCP_MCP_REFUSED` where it is not what was looked at */
function recordOf(
  { tool, hash }: WantedTool,
  { byName, server, source }: DefinitionList,
  { blast = {}, environments = ['dev'], envelope }: CatalogServer,
  attested_at: string,
): RegistryRecord {
  const seen = byName.get(tool.name);
  if (seen === undefined) throw refused('Its server no longer lists this tool.');
  if (seen.isTwice) throw refused('Its server lists two tools of this name.');
  if (hash !== undefined && seen.hash !== hash) {
    throw refused('The tool is another by now than the one you looked at. Look at the difference again.');
  }
  const { id, shown } = tool;
  const { definition } = seen;
  return toolRecord(
    { definition, server, source },
    { id, shown, blast, environments, envelope, attested_at },
  );
}

function isPinned({ state }: PinnedTool): boolean {
  return state !== 'new' && state !== 'shadowed';
}

/** What a client would notice. */
function stateOf(tools: readonly PinnedTool[]): string {
  return JSON.stringify(tools.map(({ id, shown, state, seen_hash }) => [id, shown, state, seen_hash]));
}

function refused(message: string): WcpError {
  return new WcpError('ERR_WCP_MCP_REFUSED', message);
}
