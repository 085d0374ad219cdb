import { SANDBOX_LIMITS, type SandboxLimits } from '../limits/sandbox-limits.ts';
import type { BwrapSettings } from '../view/bwrap-arguments.ts';
import { buildView } from '../view/build-view.ts';
import { checkEnvironment, checkSecrets, secretVariables } from '../view/environment.ts';
import { channelEntries, type EgressChannel, hostNetworkEntries } from '../view/network-entries.ts';
import { nodeArguments } from '../view/node-arguments.ts';
import { packageEntries, PACKAGE_PLACE } from '../view/package-entries.ts';
import { type Runtime, runtimeOf } from '../view/runtime.ts';
import { toolEntries } from '../view/tool-entries.ts';
import type { ViewEntry } from '../view/view-entry.ts';
import { writeFolders } from '../view/write-paths.ts';
import { bindEntries } from '../view/bind-entries.ts';
import { misuse } from '../base/errors.ts';
import type { SandboxOptions } from './options.ts';
import { dirname } from 'node:path';

/** All that is known before anything is started. */
export interface SandboxPlan extends Omit<BwrapSettings, 'descriptors'> {
  /** The command inside. */
  readonly command: readonly string[];
  readonly limits: SandboxLimits;
  readonly mayStartProcesses: boolean;
  readonly runtime: Runtime['kind'];
  /** Whether something of the host's disk is writable. */
  readonly writesToHost: boolean;
}

/** A way out by sockets, and what the program needs in order to take it. */
export interface PlannedEgress extends EgressChannel {
  readonly nodeArguments: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Checks the options and turns them into a plan. Throws `ERR_WCP_SANDBOX` for what no sandbox can be made of. */
export async function planSandbox(options: SandboxOptions, egress: PlannedEgress | null): Promise<SandboxPlan> {
  const { envelope, env = {}, secrets = {} } = options;
  checkEnvironment(env);
  checkSecrets(secrets, envelope.secrets_access ?? []);
  const limits = checkLimits({ ...SANDBOX_LIMITS, ...options.limits });
  const runtime = await runtimeOf(options.command, options.package);
  const tools = await toolEntries(envelope.tools ?? []);
  const files = packageEntries(options.package);
  const programs = [...runtime.entries, ...tools.entries];
  const taken = [...programs, ...files].flatMap((entry) => (entry.kind === 'bind' ? [entry.to] : []));
  const writes = await writeFolders(envelope.filesystem_writes ?? [], taken);
  const binds = [...writeEntries(writes), ...(await bindEntries(options.binds ?? [], taken))];
  const mayStartProcesses = tools.folders.length > 0;
  const command = commandOf(options.command, { runtime, binds, mayStartProcesses, egress });
  return {
    command,
    limits,
    mayStartProcesses,
    runtime: runtime.kind,
    writesToHost: binds.some(isWritable),
    folder: PACKAGE_PLACE,
    sharesNetwork: (envelope.network_egress ?? 'unrestricted') === 'unrestricted',
    env: {
      PATH: [...new Set([...tools.folders, dirname(runtime.program)])].join(':'),
      ...USUAL,
      ...env,
      ...secretVariables(secrets),
      ...egress?.env,
    },
    view: buildView({
      programs,
      package: files,
      secrets,
      network: networkEntries(envelope.network_egress ?? 'unrestricted', egress),
      binds,
      disk_bytes: limits.disk_bytes,
    }),
  };
}

/** Variables that programs take for granted. */
const USUAL = { HOME: '/tmp', TMPDIR: '/tmp', LANG: 'C.UTF-8', PYTHONDONTWRITEBYTECODE: '1' };
const PRIVATE_FOLDERS = ['/tmp', '/dev/shm'];

interface CommandContext {
  readonly runtime: Runtime;
  readonly binds: readonly ViewEntry[];
  readonly mayStartProcesses: boolean;
  readonly egress: PlannedEgress | null;
}

function commandOf(command: readonly string[], { runtime, binds, mayStartProcesses, egress }: CommandContext): string[] {
  const words = command.slice(1);
  if (runtime.kind !== 'node') return [runtime.program, ...words];
  const writable = [...PRIVATE_FOLDERS, ...binds.filter(isWritable).map(({ to }) => to)];
  const { options } = runtime;
  const preload = egress?.nodeArguments ?? [];
  return [runtime.program, ...nodeArguments({ options, words, writable, mayStartProcesses, preload }), ...words];
}

function isWritable(entry: ViewEntry): boolean {
  return entry.kind === 'bind' && entry.access === 'write';
}

function writeEntries(folders: readonly string[]): ViewEntry[] {
  return folders.map((folder) => ({ kind: 'bind', from: folder, to: folder, access: 'write' }));
}

function networkEntries(egress: string, channel: PlannedEgress | null): ViewEntry[] {
  if (channel !== null) return channelEntries(channel);
  return egress === 'unrestricted' ? hostNetworkEntries() : [];
}

function checkLimits(limits: SandboxLimits): SandboxLimits {
  for (const [name, value] of Object.entries(limits)) {
    if (!Number.isFinite(value) || value <= 0) throw misuse(`The limit ${name} must be a number above 0.`);
  }
  return limits;
}
