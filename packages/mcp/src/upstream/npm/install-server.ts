import { join } from 'node:path';
import type { StdioSettings } from '../settings.ts';
import { UpstreamError } from '../upstream-error.ts';
import { installedPackage } from './installed-package.ts';
import { readLauncher } from './launcher.ts';
import { installedFiles, type PackagePin } from './package-pin.ts';
import { packageProgram } from './package-program.ts';

/** Where and how packages are installed. */
export interface ServerInstallation {
  /** The folder of this server's package alone. */
  readonly dir: string;
  /** `scripts` runs the install scripts of packages as well; `none` lets a launcher fetch what it likes. */
  readonly install: 'pinned' | 'scripts' | 'none';
  /** The environment of the gateway, with what npm is configured by. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** A server that starts from what is installed. */
export interface InstalledServer {
  readonly settings: StdioSettings;
  /** Null where nothing had to be installed. */
  readonly pin: PackagePin | null;
}

/**
 * Installs the package that a command such as `npx` would fetch at every start, once, and starts the server from there:
 * its bytes are then known, hashed and can be contained.
 *
 * @throws {UpstreamError}
 */
export async function installServer(
  settings: StdioSettings,
  { dir, install, env }: ServerInstallation,
): Promise<InstalledServer> {
  const launched =
    settings.package === undefined ? readLauncher(settings.command, settings.args ?? []) : null;
  if (launched === null || launched.kind === 'program') return { settings, pin: null };
  const { envelope, isolation = 'required' } = settings;
  const mayRunAsIs = envelope === undefined || isolation === 'declared';
  if (install === 'none' || launched.kind === 'unknown') {
    if (mayRunAsIs) return { settings, pin: null };
    throw notInstalled(launched.kind === 'unknown' ? launched.reason : '"install" is "none"');
  }
  const runsScripts = install === 'scripts';
  const how = { runsScripts, isolation: envelope === undefined ? ('declared' as const) : isolation };
  const pin = await installedPackage({ dir, launched, env, ...how });
  const files = installedFiles(dir);
  const program = await packageProgram(files, launched);
  const place = envelope === undefined ? join(files, program) : program;
  const started = { command: process.execPath, args: [place, ...launched.args], package: files };
  return { settings: { ...settings, ...started }, pin };
}

function notInstalled(reason: string): UpstreamError {
  const message = `This server cannot be contained, because its package cannot be installed first: ${reason}. Name one package of the npm registry, or let the server run with nothing but its word: isolation "declared".`;
  return new UpstreamError('DELIVERY_NOT_CONTAINED', { message });
}
