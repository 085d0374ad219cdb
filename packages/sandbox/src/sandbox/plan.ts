import { realpath } from 'node:fs/promises';
import { dirname } from 'node:path';
import { mayWrite } from '../base/access.ts';
import { misuse } from '../base/errors.ts';
import type { User } from '../base/user.ts';
import { SANDBOX_LIMITS, type SandboxLimits } from '../limits/sandbox-limits.ts';
import { bindEntries } from '../view/bind-entries.ts';
import { buildView } from '../view/build-view.ts';
import type { BwrapSettings } from '../view/bwrap-arguments.ts';
import { checkEnvironment, checkSecrets, secretVariables } from '../view/environment.ts';
import { channelEntries, type EgressChannel, hostNetworkEntries } from '../view/network-entries.ts';
import { PACKAGE_PLACE, packageEntries } from '../view/package-entries.ts';
import { toolEntries } from '../view/program/tool-entries.ts';
import { runtimeOf } from '../view/runtime/find-runtime.ts';
import { nodeArguments } from '../view/runtime/node-arguments.ts';
import { nodeRuntime } from '../view/runtime/node-runtime.ts';
import type { Runtime } from '../view/runtime/runtime.ts';
import type { ViewEntry } from '../view/view-entry.ts';
import { writeFolders } from '../view/write-paths.ts';
import type { SandboxOptions } from './options.ts';

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
  /** Arguments with which a Node program takes it. */
  readonly nodeArguments: readonly string[];
  /** Arguments of a Node that opens it for the command behind them; none where the program is Node itself. */
  readonly forwarderArguments: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Checks the options and turns them into a plan. Throws `ERR_WCP_SANDBOX` for what no sandbox can be made of. */
export async function planSandbox(
  options: SandboxOptions,
  user: User | null,
  egress: PlannedEgress | null,
): Promise<SandboxPlan> {
  const { envelope, env = {}, secrets = {} } = options;
  checkEnvironment(env);
  checkSecrets(secrets, envelope.secrets_access ?? []);
  const limits = checkLimits(options.limits);
  const runtime = await runtimeOf(options.command, options.package);
  const forwarder = egress === null ? null : await forwarderOf(egress);
  const tools = await toolEntries(envelope.tools ?? []);
  const files = packageEntries(options.package);
  const programs = [...runtime.entries, ...(forwarder?.entries ?? []), ...tools.entries];
  const taken = [...programs, ...files].flatMap((entry) => (entry.kind === 'bind' ? [entry.to] : []));
  const writes = await writeFolders(envelope.filesystem_writes ?? [], taken);
  const binds = [...writeEntries(writes), ...(await bindEntries(options.binds ?? [], taken))];
  if (user !== null) checkWritable(binds, user);
  const mayStartProcesses = tools.folders.length > 0 || forwarder !== null;
  const own = commandOf(options.command, { runtime, binds, mayStartProcesses, egress });
  const command = forwarder === null ? own : [...forwarder.words, ...own];
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
/** Folders that a program has for itself, in memory. */
export const PRIVATE_FOLDERS = ['/tmp', '/dev/shm'];

interface CommandContext {
  readonly runtime: Runtime;
  readonly binds: readonly ViewEntry[];
  readonly mayStartProcesses: boolean;
  readonly egress: PlannedEgress | null;
}

function commandOf(
  command: readonly string[],
  { runtime, binds, mayStartProcesses, egress }: CommandContext,
): string[] {
  const words = command.slice(1);
  if (runtime.kind !== 'node') return [runtime.program, ...words];
  const writable = [...PRIVATE_FOLDERS, ...binds.filter(isWritable).map(({ to }) => to)];
  const { options } = runtime;
  const preload = egress?.nodeArguments ?? [];
  return [
    runtime.program,
    ...nodeArguments({ options, words, writable, mayStartProcesses, preload }),
    ...words,
  ];
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

/** The Node that opens the way out for a program that is not Node; null where none is needed. */
async function forwarderOf({ forwarderArguments }: PlannedEgress) {
  if (forwarderArguments.length === 0) return null;
  const { entries, program } = await nodeRuntime(await realpath(process.execPath));
  return { entries, words: [program, ...forwarderArguments] };
}

function checkWritable(binds: readonly ViewEntry[], user: User): void {
  for (const entry of binds) {
    if (entry.kind !== 'bind' || entry.access !== 'write' || mayWrite(entry.from, user)) continue;
    const { uid, gid } = user;
    throw misuse(
      `The worker's user ${uid} may not write to ${entry.from}. Let it: chown ${uid}:${gid} ${entry.from}`,
    );
  }
}

/** The limits with the defaults for those that are not given. */
export function checkLimits(given: Partial<SandboxLimits> = {}): SandboxLimits {
  const limits = { ...SANDBOX_LIMITS, ...given };
  for (const [name, value] of Object.entries(limits)) {
    if (!Number.isFinite(value) || value <= 0) throw misuse(`The limit ${name} must be a number above 0.`);
  }
  return limits;
}
