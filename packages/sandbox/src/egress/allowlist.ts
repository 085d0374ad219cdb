import { WcpError } from '@wcp/spec';
import { canonicalHost } from './inside/host-name.ts';

/** One host and port. */
export interface EgressTarget {
  /** In its canonical form. */
  readonly host: string;
  readonly port: number;
}

/** Where an entry names no port. */
const DEFAULT_PORT = 443;
/** Each takes two sockets. */
const MAX_TARGETS = 128;

const ENTRY = /^(\[[^\]]+\]|[^:[\]]+)(?::([1-9][0-9]{0,4}))?$/;

/**
 * Reads the entries of an `egress_allowlist` (WCP section 4.2): a name or an address (IPv6 in brackets) and a port.
 * Throws `ERR_WCP_EGRESS` for any other entry, because a worker that silently reaches less is hard to explain.
 */
export function readAllowlist(entries: readonly string[]): EgressTarget[] {
  const targets = new Map<string, EgressTarget>();
  for (const entry of entries) {
    const { host, port } = readEntry(entry);
    const target = { host, port: port ?? DEFAULT_PORT };
    targets.set(`${target.port} ${host}`, target);
  }
  if (targets.size <= MAX_TARGETS) return [...targets.values()];
  throw new WcpError(
    'ERR_WCP_EGRESS',
    `The egress_allowlist names ${targets.size} hosts and ports, more than ${MAX_TARGETS}. Divide the worker into several, each with its own hosts.`,
  );
}

/** Whether a target is among the hosts of a list. */
export function readHosts(entries: readonly string[]): (target: EgressTarget) => boolean {
  const listed = entries.map(readEntry);
  return ({ host, port }) => listed.some((each) => each.host === host && (each.port ?? port) === port);
}

function readEntry(entry: string): { host: string; port: number | null } {
  const [, written = '', digits] = ENTRY.exec(entry) ?? [];
  const [host, port] = [canonicalHost(written), digits === undefined ? null : Number(digits)];
  if (host !== null && (port === null || port <= 65_535)) return { host, port };
  throw new WcpError(
    'ERR_WCP_EGRESS',
    `The entry ${JSON.stringify(entry.slice(0, 300))} of egress_allowlist is not a host. Write api.acme.example, api.acme.example:8443, 192.0.2.1:443 or [2001:db8::1]:443; a URL or a wildcard is not accepted.`,
  );
}
