import { lstat, realpath } from 'node:fs/promises';
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { probeSandbox } from '@wcp/sandbox';
import { WcpError } from '@wcp/spec';
import type { PrivilegeEnvelope } from '@wcp/spec/document';
import { readLauncher } from '../upstream/npm/launcher.ts';

/** The command of a server, and what its operator gives it beside what the command itself names. */
export interface ContainedServerOptions {
  readonly command: string;
  readonly args: readonly string[];
  /** Where the command is meant to be started. */
  readonly cwd: string;
  /** Folders that it may write to, files and folders that it may read, hosts that it may reach (`host` or `host:port`). */
  readonly allow_write?: readonly string[];
  readonly allow_read?: readonly string[];
  readonly allow_hosts?: readonly string[];
}

/** What `mcp.json` says of such a server. */
export interface ContainedServer {
  readonly command: string;
  readonly args: readonly string[];
  readonly envelope: PrivilegeEnvelope;
  readonly binds: readonly { readonly from: string; readonly writable: false }[];
  readonly isolation: 'required' | 'declared';
}

/**
 * The settings with which a server runs contained that a command such as `npx` would fetch. Folders that the command names
 * are those that it may write to, files those that it may read: whoever starts it has named them. Where this machine cannot
 * contain a program, its envelope is declared.
 *
 * @returns the settings, or why there are none
 * @throws {WcpError} `ERR_WCP_MCP_CONFIG` for a folder or file that is not there
 * @example
 * import { containedServer } from '@wcp/mcp';
 *
 * const args = ['-y', '@modelcontextprotocol/server-filesystem', '.'];
 * const server = await containedServer({ command: 'npx', args, cwd: process.cwd() });
 * console.log(typeof server === 'string' ? server : server.envelope.filesystem_writes);
 */
export async function containedServer(options: ContainedServerOptions): Promise<ContainedServer | string> {
  const { command, args, cwd, allow_write = [], allow_read = [], allow_hosts = [] } = options;
  const launched = readLauncher(command, args);
  if (launched.kind === 'unknown') return launched.reason;
  if (launched.kind === 'program') return 'nobody says which package it is of';
  const named = await Promise.all(launched.args.map((word) => placeNamed(word, cwd)));
  const given = await Promise.all([...allow_write, ...allow_read].map((each) => placeGiven(each, cwd)));
  const [writable, readable] = [given.slice(0, allow_write.length), given.slice(allow_write.length)];
  const notFolder = writable.find(({ isFolder }) => !isFolder);
  if (notFolder !== undefined) throw misuse(notFolder.path, 'is not a folder');
  const places = named.filter((place) => place !== null);
  const folders = [...places.filter(({ isFolder }) => isFolder), ...writable].map(({ path }) => path);
  const others = [...places.filter(({ isFolder }) => !isFolder), ...readable].map(({ path }) => path);
  const before = args.slice(0, args.length - launched.args.length);
  return {
    command,
    args: [...before, ...launched.args.map((word, index) => named[index]?.path ?? word)],
    envelope: {
      network_egress: allow_hosts.length === 0 ? 'none' : 'allowlisted',
      ...(allow_hosts.length > 0 && { egress_allowlist: [...allow_hosts] }),
      filesystem_writes: [...new Set(folders)],
      secrets_access: [],
      tools: [],
    },
    binds: [...new Set(others)].map((from) => ({ from, writable: false as const })),
    isolation: (await probeSandbox()).is_contained ? 'required' : 'declared',
  };
}

/** A file or folder of this machine, by its real path. */
interface Place {
  readonly path: string;
  readonly isFolder: boolean;
}

/** What a word of the command names; null for a word that is none: one without a slash may be a word as well. */
async function placeNamed(word: string, cwd: string): Promise<Place | null> {
  if (!/^(?:[./~]|[^-:]*\/)/.test(word) || /^[a-z][a-z0-9+.-]*:\/\//i.test(word)) return null;
  return placeOf(word, cwd);
}

async function placeGiven(path: string, cwd: string): Promise<Place> {
  const place = await placeOf(path, cwd);
  if (place === null) throw misuse(path, 'is not a file or folder of this machine');
  return place;
}

async function placeOf(word: string, cwd: string): Promise<Place | null> {
  const path = await realpath(resolve(cwd, word.replace(/^~(?=\/|$)/, homedir()))).catch(() => null);
  const stat = path === null ? null : await lstat(path).catch(() => null);
  if (path === null || stat === null || !(stat.isDirectory() || stat.isFile())) return null;
  return { path, isFolder: stat.isDirectory() };
}

function misuse(path: string, what: string): WcpError {
  return new WcpError('ERR_WCP_MCP_CONFIG', `${JSON.stringify(path)} ${what}. Name one that is there.`);
}
