import { lstat, realpath } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { readRegularFile } from '@wcp/evidence/file';
import type { PackageFile } from '@wcp/sandbox';
import { programOutput } from '@wcp/sandbox';
import { membersOf, ownMember } from '../../base/members.ts';
import { readFiles } from '../stdio/package-bytes.ts';
import { UpstreamError } from '../upstream-error.ts';
import { jsonOfBytes } from './json-bytes.ts';

/** The npm of this machine. */
export interface NpmProgram {
  readonly root: string;
  /** Its bytes, which are what runs. */
  readonly files: readonly PackageFile[];
}

/** The environment of the gateway. */
type Env = Readonly<Record<string, string | undefined>>;

/** What npm's own configuration says about where packages come from. */
export interface NpmNetwork {
  /** `host:port` of each registry and proxy. */
  readonly hosts: string[];
  readonly cafile: string | null;
  /** The files that npm's configuration is in. */
  readonly userconfig: string | null;
  readonly globalconfig: string | null;
}

const PROGRAM = 'bin/npm-cli.js';
const READ_MS = 30_000;
const MAX_MANIFEST = 1_048_576;
const found = new Map<string, Promise<NpmProgram>>();

/** Finds npm and reads it, once for each place. @throws {UpstreamError} where there is none */
export async function findNpm(env: Env): Promise<NpmProgram> {
  const root = await rootOf(env);
  const known = found.get(root) ?? readFiles(root, UNUSED).then((files) => ({ root, files }));
  found.set(root, known);
  return known;
}

/** Its manuals are larger than its code. */
const UNUSED: ReadonlySet<string> = new Set(['docs', 'man', '.bin']);

async function rootOf({ PATH = '' }: Env): Promise<string> {
  const onPath = PATH.split(delimiter)
    .filter(Boolean)
    .map((folder) => join(folder, 'npm'));
  const beside = join(dirname(dirname(process.execPath)), 'lib/node_modules/npm', PROGRAM);
  for (const place of [...onPath, beside]) {
    const program = await realpath(place).catch(() => null);
    const root = program === null ? null : dirname(dirname(program));
    if (root !== null && (await isNpm(root))) return root;
  }
  throw new UpstreamError('DELIVERY_START_FAILED', {
    message:
      'The package of this server has to be installed, and npm is not on PATH. Install npm, or say "install": "none" in mcp.json, which cannot be contained.',
  });
}

async function isNpm(root: string): Promise<boolean> {
  try {
    if (!(await lstat(join(root, PROGRAM))).isFile()) return false;
    return (
      ownMember(jsonOfBytes(await readRegularFile(join(root, 'package.json'), MAX_MANIFEST)), 'name') ===
      'npm'
    );
  } catch {
    return false;
  }
}

/** The command of npm, started in the folder of its package. */
export function npmCommand(words: readonly string[]): string[] {
  return [process.execPath, PROGRAM, ...words];
}

/** Asks npm itself what it is configured with: the files and variables that say so are its own affair. */
export async function readNpmNetwork({ root }: NpmProgram, env: Env, cwd: string): Promise<NpmNetwork> {
  const command = [process.execPath, join(root, PROGRAM), 'config', 'ls', '--json'];
  try {
    const text = await programOutput(command, { env: npmVariables(env), cwd, timeout_ms: READ_MS });
    const config = membersOf(jsonOfBytes(text));
    const places = Object.keys(config).filter((name) => /(?:^|:)registry$|^(?:https-)?proxy$/.test(name));
    const { HTTPS_PROXY, HTTP_PROXY } = env;
    const addresses = [...places.map((name) => config[name]), HTTPS_PROXY, HTTP_PROXY];
    const [cafile = null, userconfig = null, globalconfig = null] = [
      'cafile',
      'userconfig',
      'globalconfig',
    ].map((name) => textOrNull(config[name]));
    return { hosts: [...new Set(addresses.flatMap(hostOf))], cafile, userconfig, globalconfig };
  } catch (cause) {
    const message = 'npm does not say which registry it uses. Run `npm config ls` to see why.';
    throw new UpstreamError('DELIVERY_START_FAILED', { message, cause });
  }
}

const PASSED = /^(?:npm_config_\w+|(?:https?|no)_proxy|PATH|HOME|NODE_EXTRA_CA_CERTS)$/i;

/** The variables of the gateway that are npm's own, and those by which it reaches a network. */
export function npmVariables(env: Env): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && PASSED.test(entry[0]),
    ),
  );
}

function hostOf(address: unknown): string[] {
  const url = typeof address === 'string' ? URL.parse(address) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) return [];
  return [`${url.hostname}:${url.port || (url.protocol === 'https:' ? 443 : 80)}`];
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
