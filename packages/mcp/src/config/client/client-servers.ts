import { isObject, type Members, ownMember } from '../../base/members.ts';

/** A server as a client's configuration has it. */
export interface ClientServer {
  /** The members that lead to the object that it stands in. */
  readonly place: readonly string[];
  readonly name: string;
  /** What the gateway's configuration would say; null where it cannot be taken over. */
  readonly settings: Members | null;
  /** Why it cannot be taken over; null where it can. */
  readonly reason: string | null;
}

/**
 * The MCP servers in the configuration of a client, in the forms of Claude Desktop, Claude Code, Cursor and VS Code.
 *
 * @param document the JSON of the file; an attacker's, where a project was fetched from somewhere
 * @example
 * import { clientServers } from '@wcp/mcp';
 *
 * const servers = clientServers({ mcpServers: { files: { command: 'mcp-server-files', args: ['/srv'] } } });
 * console.log(servers[0]?.name); // files
 */
export function clientServers(document: unknown): readonly ClientServer[] {
  return placesOf(document).flatMap((place) =>
    Object.entries(objectAt(document, place)).map(([name, server]) => ({
      place,
      name,
      ...takenOver(server),
    })),
  );
}

const PLACES: readonly (readonly string[])[] = [['mcpServers'], ['servers'], ['mcp', 'servers']];

function placesOf(document: unknown): (readonly string[])[] {
  const projects = Object.keys(objectAt(document, ['projects'])).map((name) => [
    'projects',
    name,
    'mcpServers',
  ]);
  return [...PLACES, ...projects].filter((place) => Object.keys(objectAt(document, place)).length > 0);
}

function objectAt(document: unknown, place: readonly string[]): Members {
  const value = place.reduce<unknown>((at, name) => ownMember(at, name), document);
  return isObject(value) ? value : {};
}

type TakenOver = Pick<ClientServer, 'settings' | 'reason'>;

/** Variables that only the client knows: an input that it asks for, the folder that is open in it. */
const CLIENT_VARIABLE = /\$\{(?:input:|workspaceFolder|userHome|pathSeparator|command:)/;

function takenOver(server: unknown): TakenOver {
  const [command, url, type] = ['command', 'url', 'type'].map((name) => ownMember(server, name));
  if (type === 'sse') return refused('It uses the old SSE transport. Use its streamable HTTP address.');
  if (CLIENT_VARIABLE.test(JSON.stringify(server ?? null))) {
    return refused(
      'It uses a variable that only the client knows. Write it into mcp.json with the value itself.',
    );
  }
  if (typeof command === 'string') return local(server);
  if (typeof url === 'string') return { settings: { url, ...texts(server, 'headers') }, reason: null };
  return refused('It has neither a command nor a url.');
}

function local(server: unknown): TakenOver {
  const [command, args, cwd] = ['command', 'args', 'cwd'].map((name) => ownMember(server, name));
  if (ownMember(server, 'envFile') !== undefined) {
    return refused('It reads a file of variables. Write those that it needs into mcp.json.');
  }
  const given = Array.isArray(args) && args.every((each) => typeof each === 'string') ? { args } : {};
  if (args !== undefined && !('args' in given)) return refused('Its args are not a list of texts.');
  const settings = { command, ...given, ...(typeof cwd === 'string' && { cwd }), ...texts(server, 'env') };
  return { settings, reason: null };
}

/** Texts by name; what is not text has no effect in a client either. */
function texts(server: unknown, name: 'env' | 'headers'): Members {
  const value = ownMember(server, name);
  if (!isObject(value)) return {};
  const entries = Object.entries(value).filter(([, each]) => typeof each === 'string');
  return entries.length === 0 ? {} : { [name]: Object.fromEntries(entries) };
}

function refused(reason: string): TakenOver {
  return { settings: null, reason };
}
