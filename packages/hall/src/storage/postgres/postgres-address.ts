import { isIP } from 'node:net';
import { WcpError } from '@wcp/spec';
import type { WholeSettings } from './postgres-settings.ts';

/** Where a database is, and how its connections are protected. */
export interface PostgresAddress {
  /** The address without what it says of TLS. */
  readonly url: string;
  readonly ssl: false | { readonly ca?: string; readonly rejectUnauthorized: true };
}

const VERIFIED: ReadonlySet<string> = new Set(['require', 'verify-ca', 'verify-full']);

/**
 * Reads the address of a database. A server on another machine is reached by TLS, and its certificate is verified;
 * `sslmode=disable` alone turns that off, for networks that are protected otherwise.
 *
 * @throws {WcpError} `ERR_WCP_STORE`; the address is not shown, because it holds a password
 */
export function readAddress({ url, ca }: Pick<WholeSettings, 'url' | 'ca'>): PostgresAddress {
  if (!URL.canParse(url) || !/^postgres(?:ql)?:/.test(url)) {
    throw refused('The address of the database is none. Write postgres://user:password@host:5432/database.');
  }
  const address = new URL(url);
  const mode = address.searchParams.get('sslmode');
  for (const name of [...address.searchParams.keys()]) {
    if (name.startsWith('ssl')) address.searchParams.delete(name);
  }
  const verified = { ...(ca !== undefined && { ca }), rejectUnauthorized: true as const };
  if (mode === 'disable') return { url: address.href, ssl: false };
  if (mode !== null && !VERIFIED.has(mode)) {
    throw refused(`sslmode=${mode} accepts any certificate or none. Write verify-full, or disable.`);
  }
  const isPlain = mode === null && ca === undefined && isLocal(address);
  return { url: address.href, ssl: isPlain ? false : verified };
}

/** A socket file, or this machine. */
function isLocal({ hostname, searchParams }: URL): boolean {
  const host = searchParams.get('host') ?? decodeURIComponent(hostname);
  if (host === '' || host.startsWith('/') || host === 'localhost') return true;
  const bare = host.replace(/^\[|\]$/g, '');
  return isIP(bare) === 4 ? bare.startsWith('127.') : bare === '::1';
}

function refused(message: string): WcpError {
  return new WcpError('ERR_WCP_STORE', message);
}
