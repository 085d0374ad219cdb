import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readRegularFile } from '@wcp/evidence/file';
import type { PackageFile } from '@wcp/sandbox';
import { WcpError } from '@wcp/spec';
import { membersOf, ownMember } from '../../base/members.ts';
import { packageBytes, readFiles } from '../stdio/package-bytes.ts';
import { UpstreamError } from '../upstream-error.ts';
import { jsonOfBytes } from './json-bytes.ts';
import type { LaunchedPackage } from './launcher.ts';
import { npmInstall, npmScripts } from './npm-install.ts';
import { hasFiles, type PackagePin, readLock, readPin, removeDrafts, writePin } from './package-pin.ts';

/** What is installed, and how. */
export interface InstallRequest {
  /** The folder of this server's package alone. */
  readonly dir: string;
  readonly launched: LaunchedPackage;
  /** Whether the install scripts of all packages run. */
  readonly runsScripts: boolean;
  readonly isolation: 'required' | 'declared';
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** What npm writes for itself, which says nothing about what runs. */
const OF_NPM: ReadonlySet<string> = new Set([
  'package.json',
  'package-lock.json',
  'node_modules/.package-lock.json',
]);
const MAX_LOCK = 16 * 1_048_576;

/**
 * The package of a server as it was installed at first: without a network where it is there, from its lock where its
 * files were lost, anew where the command names another. What `latest` was at first is what it stays.
 *
 * @throws {UpstreamError} @throws {WcpError}
 */
export async function installedPackage(request: InstallRequest): Promise<PackagePin> {
  const { dir, launched, runsScripts } = request;
  await removeDrafts(dir);
  const pin = await readPin(dir);
  const isSame = pin?.spec === launched.spec && pin.ran_scripts === runsScripts;
  if (isSame && (await hasFiles(dir))) return pin;
  return install(request, isSame ? await readLock(dir) : null);
}

async function install(request: InstallRequest, lock: Buffer | null): Promise<PackagePin> {
  const { dir, launched, runsScripts, isolation, env } = request;
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const work = await mkdtemp(join(dir, '.draft-'));
  const prefix = join(work, 'prefix');
  const run = { work, env, isolation };
  try {
    await mkdir(prefix, { recursive: true });
    if (lock !== null) await writeLocked(prefix, lock);
    await npmInstall(lock === null ? ['install', launched.spec] : ['ci'], run);
    if (runsScripts) await npmScripts(run);
    const files = (await readFiles(prefix)).filter(({ path }) => !OF_NPM.has(path));
    const newLock = await readRegularFile(join(prefix, 'package-lock.json'), MAX_LOCK);
    const pin = pinOf(launched, { files, lock: newLock, runsScripts });
    await writePin(dir, pin, { files, lock: newLock });
    return pin;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** What npm needs to install what a lock says. */
async function writeLocked(prefix: string, lock: Buffer): Promise<void> {
  const root = ownMember(ownMember(jsonOf(lock), 'packages'), '');
  const dependencies = membersOf(ownMember(root, 'dependencies'));
  await writeFile(join(prefix, 'package.json'), JSON.stringify({ dependencies }));
  await writeFile(join(prefix, 'package-lock.json'), lock);
}

interface Installed {
  readonly files: readonly PackageFile[];
  readonly lock: Uint8Array;
  readonly runsScripts: boolean;
}

function pinOf({ spec, name }: LaunchedPackage, { files, lock, runsScripts }: Installed): PackagePin {
  const entry = ownMember(ownMember(jsonOf(lock), 'packages'), `node_modules/${name}`);
  const [version, integrity] = [ownMember(entry, 'version'), ownMember(entry, 'integrity')];
  if (typeof version !== 'string') throw notThere(name);
  return {
    spec,
    name,
    version,
    integrity: typeof integrity === 'string' ? integrity : null,
    package_hash: packageBytes(files).hash,
    ran_scripts: runsScripts,
  };
}

function notThere(name: string): UpstreamError {
  const message = `npm installed no package ${JSON.stringify(name)}.`;
  return new UpstreamError('DELIVERY_START_FAILED', { message });
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return jsonOfBytes(bytes);
  } catch (cause) {
    throw new WcpError('ERR_WCP_PACKAGE', 'The lock of an installed package is not JSON.', { cause });
  }
}
