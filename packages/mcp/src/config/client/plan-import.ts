import type { Members } from '../../base/members.ts';
import { aliasOf } from '../../tool/tool-ids.ts';
import { type ClientServer, clientServers } from './client-servers.ts';

/** How the client is to start the gateway. */
export interface GatewayLaunch {
  readonly command: string;
  readonly args: readonly string[];
}

/** A change of one member of a client's file; without a value it is removed. */
export interface ClientEdit {
  readonly path: readonly string[];
  readonly value?: unknown;
}

/** What an import would change. */
export interface ImportPlan {
  /** The servers that `mcp.json` gets, by name. */
  readonly added: Readonly<Record<string, Members>>;
  readonly taken: readonly ClientServer[];
  /** Those that stay with the client, each with its reason. */
  readonly left: readonly ClientServer[];
  readonly edits: readonly ClientEdit[];
}

/** The name of the gateway among a client's servers. */
const GATEWAY_NAME = 'wcp';

/**
 * What an import changes: each server that can be taken over moves behind the gateway, which stands in its place. Nothing
 * is written or started here.
 *
 * @param document the JSON of the client's file
 * @param known the names of the servers that `mcp.json` has
 * @example
 * import { planImport } from '@wcp/mcp';
 *
 * const launch = { command: 'wcp', args: ['mcp', 'serve', 'gateway'] };
 * const plan = planImport({ mcpServers: { files: { command: 'mcp-server-files' } } }, launch, []);
 * console.log(plan.edits.length); // 2: files is removed, wcp is added
 */
export function planImport(document: unknown, launch: GatewayLaunch, known: readonly string[]): ImportPlan {
  const found = clientServers(document).filter(({ name }) => name !== GATEWAY_NAME);
  const aliases = new Set(known.map(aliasOf));
  const taken: ClientServer[] = [];
  const added: Record<string, Members> = {};
  for (const server of found) {
    if (server.settings === null) continue;
    const key = freeName(server.name, aliases);
    aliases.add(aliasOf(key));
    added[key] = server.settings;
    taken.push(server);
  }
  const left = found.filter(({ settings }) => settings === null);
  return { added, taken, left, edits: editsOf(taken, launch) };
}

/** A name whose alias is not taken, so that no ids are another server's. */
function freeName(name: string, taken: ReadonlySet<string>): string {
  for (let count = 1; ; count += 1) {
    const key = count === 1 ? name : `${aliasOf(name).slice(0, 12)}-${count}`;
    if (!taken.has(aliasOf(key))) return key;
  }
}

function editsOf(taken: readonly ClientServer[], { command, args }: GatewayLaunch): ClientEdit[] {
  const removals = taken.map(({ place, name }) => ({ path: [...place, name] }));
  const places = new Map(taken.map(({ place }) => [JSON.stringify(place), place]));
  const additions = [...places.values()].map((place) => ({
    path: [...place, GATEWAY_NAME],
    value: { ...(place.at(-1) === 'servers' && { type: 'stdio' }), command, args },
  }));
  return [...removals, ...additions];
}
