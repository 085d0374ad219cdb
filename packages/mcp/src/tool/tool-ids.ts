import { checkId, WcpError } from '@wcp/spec';
import { assignSegments, type ToolSegments } from '@wcp/spec/id';

/** Where a tool stands among ids: its authority and its server. */
export interface ToolNamespace {
  /** `org.<name>` or `x.<name>`: in whose name the tools are enrolled. */
  readonly authority: string;
  /** The server's name in the configuration: 1 to 16 of `a-z`, `0-9` and `-`. */
  readonly alias: string;
}

const MAX_ID = 64;
const ALIAS = /^[a-z0-9-]{1,16}$/;
/** A folded name of one character, a hyphen and eight digits. */
const MIN_SEGMENT = 10;

/**
 * The id of each tool of a server, by its name: `<authority>.mcp-<alias>.<tool>`. A tool is one worker, so capability,
 * species and worker have the same id.
 *
 * @param pinned the segments of an earlier enrolment
 * @throws {WcpError} `ERR_WCP_MCP_CONFIG` for a namespace that leaves no room for a tool
 * @example
 * import { toolIds } from '@wcp/mcp';
 *
 * const ids = toolIds(['read_file'], { authority: 'org.acme', alias: 'files' });
 * console.log(ids.get('read_file')); // org.acme.mcp-files.read-file
 */
export function toolIds(
  names: readonly string[],
  namespace: ToolNamespace,
  pinned: ToolSegments = new Map(),
): Map<string, string> {
  const prefix = toolPrefix(namespace);
  const segments = assignSegments(names, pinned, MAX_ID - prefix.length);
  return new Map(names.map((name) => [name, `${prefix}${segments.get(name) ?? ''}`]));
}

/** What the ids of all tools of a server begin with, the dot included. */
function toolPrefix({ authority, alias }: ToolNamespace): string {
  const prefix = `${authority}.mcp-${alias}.`;
  const { valid } = checkId(authority, 'authority');
  if (!valid || !ALIAS.test(alias) || prefix.length > MAX_ID - MIN_SEGMENT) {
    throw new WcpError(
      'ERR_WCP_MCP_CONFIG',
      'The authority must be org.<name> or x.<name>, and the name of a server 1 to 16 of a-z, 0-9 and -; both together leave 10 characters of 64 for a tool.',
    );
  }
  return prefix;
}

/**
 * The alias of a server from the key in a client's configuration: folded to `a-z`, `0-9` and `-`.
 *
 * @example
 * import { aliasOf } from '@wcp/mcp';
 *
 * console.log(aliasOf('My.Files')); // my-files
 */
export function aliasOf(key: string): string {
  const folded = key
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 16)
    .replace(/-+$/, '');
  return folded === '' ? 'server' : folded;
}
