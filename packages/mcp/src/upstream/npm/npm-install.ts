import { chown, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readRegularFile } from '@wcp/evidence/file';
import { type PackageFile, probeSandbox, type SandboxOptions, sandboxed } from '@wcp/sandbox';
import type { WcpError } from '@wcp/spec';
import { escapeText } from '@wcp/spec/json';
import { LogLines } from '../stdio/log-lines.ts';
import { UpstreamError } from '../upstream-error.ts';
import { findNpm, type NpmNetwork, npmCommand, npmVariables, readNpmNetwork } from './npm-program.ts';

/** One run of npm for one server. */
export interface NpmRun {
  /** A new folder for it; what is installed is in `prefix`. */
  readonly work: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly isolation: 'required' | 'declared';
}

/** Where npm is root's, it gets a user without an account. */
const INSTALLER = { uid: 61_183, gid: 61_183 };
const LIMITS = {
  memory_mb: 2_048,
  wall_ms: 300_000,
  open_files: 4_096,
  file_bytes: 2 ** 28,
  disk_bytes: 2 ** 28,
};
const MAX_LINES = 64;
const MAX_CONFIG = 4 * 1_048_576;
const USUAL = [
  '--ignore-scripts',
  '--no-audit',
  '--no-fund',
  '--no-update-notifier',
  '--omit=dev',
  '--omit-lockfile-registry-resolved',
  '--no-bin-links',
  '--save-exact',
  '--logs-max=0',
  '--loglevel=error',
  '--fetch-retries=1',
  '--fetch-retry-mintimeout=500',
  '--fetch-retry-maxtimeout=2000',
];

/**
 * Fetches packages with npm, which runs contained: from its own bytes, with one folder to write to and no way out but to
 * the registries and proxies of its configuration. No script of any package runs.
 *
 * @param words what npm is told, such as `install NAME`
 * @throws {UpstreamError}
 */
export async function npmInstall(words: readonly string[], run: NpmRun): Promise<void> {
  const npm = await findNpm(run.env);
  const network = await readNpmNetwork(npm, run.env, run.work);
  const own = await configuration(network, run.env);
  const refused = new Set<string>();
  await runNpm({
    run,
    command: npmCommand([...words, ...USUAL, ...own.words, ...places(run.work)]),
    package: [...npm.files, ...own.files],
    env: own.env,
    envelope: {
      network_egress: 'allowlisted',
      egress_allowlist: network.hosts,
      filesystem_writes: [run.work],
      tools: [],
      secrets_access: [],
    },
    egress: {
      trusted_hosts: network.hosts,
      onConnection: ({ host, port, outcome }) => outcome === 'refused' && refused.add(`${host}:${port}`),
    },
  }).catch((error: UpstreamError) => {
    const others =
      refused.size === 0
        ? ''
        : ` It may reach ${network.hosts.join(', ')} alone, and asked for ${[...refused].slice(0, 3).join(', ')}.`;
    throw new UpstreamError(error.code, { message: error.message + others, cause: error });
  });
}

/**
 * Runs the install scripts of what was fetched: foreign code, so it gets no network and nothing of npm's configuration.
 *
 * @throws {UpstreamError}
 */
export async function npmScripts(run: NpmRun): Promise<void> {
  const npm = await findNpm(run.env);
  await runNpm({
    run,
    command: npmCommand([
      'rebuild',
      '--no-bin-links',
      '--foreground-scripts',
      '--logs-max=0',
      ...places(run.work),
    ]),
    package: npm.files,
    env: {},
    envelope: {
      network_egress: 'none',
      filesystem_writes: [run.work],
      tools: ['sh', process.execPath],
      secrets_access: [],
    },
  });
}

function places(work: string): string[] {
  return ['--prefix', join(work, 'prefix'), '--cache', join(work, 'cache')];
}

type Started = Pick<SandboxOptions, 'command' | 'package' | 'envelope' | 'env' | 'egress'> & {
  readonly run: NpmRun;
};

async function runNpm({ run, ...options }: Started): Promise<void> {
  // With nothing but its word, another user would only be kept from the folder of the gateway.
  const user = process.getuid?.() === 0 && (await probeSandbox()).is_contained ? INSTALLER : null;
  for (const place of [run.work, ...['prefix', 'cache'].map((name) => join(run.work, name))]) {
    await mkdir(place, { recursive: true });
    if (user !== null) await chown(place, user.uid, user.gid);
  }
  const { isolation } = run;
  const env = { ...options.env, HOME: run.work };
  const started = await sandboxed({
    ...options,
    env,
    isolation,
    limits: LIMITS,
    ...(user && { user }),
  }).catch((cause: unknown) => {
    const code =
      (cause as WcpError).code === 'ERR_WCP_NOT_CONTAINED'
        ? 'DELIVERY_NOT_CONTAINED'
        : 'DELIVERY_START_FAILED';
    throw new UpstreamError(code, { message: `npm was not started. ${(cause as Error).message}`, cause });
  });
  try {
    const said: string[] = [];
    const lines = new LogLines((line) => said.length < MAX_LINES && said.push(line));
    const { stdout, stderr } = started.process;
    for (const stream of [stdout, stderr]) stream?.on('data', (chunk: Buffer) => lines.push(chunk));
    started.process.stdin?.end();
    const { exit_code, exceeded } = await started.ended;
    if (exit_code !== 0) throw failed(exceeded === null ? said : [`It took more than its ${exceeded}.`]);
  } finally {
    await started.close();
  }
}

/** What npm wrote has words of the registry in it. */
function failed(said: readonly string[]): UpstreamError {
  const lines = said.map((line) => line.replace(/^npm (?:error|ERR!) ?/, '').trim());
  const text = escapeText(lines.filter(Boolean).slice(0, 6).join(' ').slice(0, 400));
  return new UpstreamError('DELIVERY_START_FAILED', {
    message: `npm could not install the package: ${text}`,
  });
}

interface Configuration {
  readonly words: readonly string[];
  readonly files: readonly PackageFile[];
  readonly env: Readonly<Record<string, string>>;
}

/** npm's configuration as files beside it: it sees no home. */
async function configuration(
  { userconfig, globalconfig, cafile }: NpmNetwork,
  env: NpmRun['env'],
): Promise<Configuration> {
  const extra = env['NODE_EXTRA_CA_CERTS'] ?? null;
  const sources = { userconfig, globalconfig, cafile, extra };
  const files = new Map<string, PackageFile>();
  for (const [name, place] of Object.entries(sources)) {
    const bytes =
      place === null
        ? null
        : await readRegularFile(place, MAX_CONFIG, { followsLinks: true }).catch(() => null);
    // Without its own file, npm would look for that of a home.
    if (bytes !== null || name.endsWith('config'))
      files.set(name, { path: `wcp-config/${name}`, bytes: bytes ?? Buffer.alloc(0) });
  }
  const named = [...files.values()].flatMap(({ bytes }) =>
    variablesIn(Buffer.from(bytes).toString('latin1')),
  );
  const { PATH: _, HOME: __, NODE_EXTRA_CA_CERTS: ___, ...variables } = npmVariables(env);
  for (const name of named) if (env[name] !== undefined) variables[name] = env[name];
  if (files.has('extra')) variables['NODE_EXTRA_CA_CERTS'] = 'wcp-config/extra';
  const words = [...files.keys()]
    .filter((name) => name !== 'extra')
    .map((name) => `--${name}=wcp-config/${name}`);
  return { words, files: [...files.values()], env: variables };
}

/** The variables that a file of npm's configuration takes from the environment, such as a token. */
function variablesIn(text: string): string[] {
  return [...text.matchAll(/\$\{([A-Za-z_][A-Za-z0-9_]*)\??\}/g)].map(([, name = '']) => name);
}
