import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { probeSandbox, type SandboxOptions, sandboxed, type User } from '@wcp/sandbox';
import { WcpError } from '@wcp/spec';
import type { Enforcement } from '@wcp/spec/document';
import { DECLARED_ENFORCEMENT } from '../declared-enforcement.ts';
import type { StdioSettings } from '../settings.ts';
import { UpstreamError } from '../upstream-error.ts';
import type { PackageBytes } from './package-bytes.ts';
import { ProcessFamily } from './process-family.ts';
import { ProcessList } from './process-list.ts';
import { MARK_VARIABLE, newMark } from './process-mark.ts';

/** A server's process. */
export interface StartedProcess {
  readonly child: ChildProcess;
  readonly enforcement: Enforcement;
  /** Kills it with everything that it started; resolves when that is gone. */
  end(): Promise<void>;
}

/** Starts the process of a server: inside its envelope where it has one. @throws {UpstreamError} */
export async function startProcess(
  settings: StdioSettings,
  bytes: PackageBytes | null,
): Promise<StartedProcess> {
  const { envelope, isolation } = settings;
  if (envelope === undefined) return startPlain(settings);
  if (bytes !== null) return startContained(settings, bytes);
  if (isolation === 'declared') return startPlain(settings);
  throw new UpstreamError('DELIVERY_NOT_CONTAINED', {
    message:
      'A server is contained by the bytes of its package, and none is named. Install it with npm into a folder of its own and name that as `package`, or let it run with nothing but its word: isolation "declared".',
  });
}

/** What was started, and what of it has to be found again. */
function familyOf(child: ChildProcess, list: ProcessList, mark: string): () => Promise<void> {
  const family = new ProcessFamily(child.pid as number, mark);
  list.add(child.pid as number, mark);
  return async () => {
    await family.end();
    list.remove(mark);
  };
}

let isTidy = false;

/** The list of a server's processes; what gateways that were killed left is ended first. */
function tidyList({ process_list }: StdioSettings): ProcessList {
  const list = new ProcessList(process_list ?? null);
  if (!isTidy || process_list !== undefined) list.endLeftOver();
  isTidy = true;
  return list;
}

async function startPlain(settings: StdioSettings): Promise<StartedProcess> {
  const list = tidyList(settings);
  const mark = newMark();
  const child = spawn(settings.command, [...(settings.args ?? [])], {
    cwd: settings.cwd,
    env: { PATH: process.env['PATH'] ?? '', ...settings.env, [MARK_VARIABLE]: mark },
    detached: true,
    stdio: 'pipe',
  });
  await once(child, 'spawn').catch((cause: NodeJS.ErrnoException) => {
    throw new UpstreamError('DELIVERY_START_FAILED', { message: startMessage(settings, cause), cause });
  });
  return { child, enforcement: DECLARED_ENFORCEMENT, end: familyOf(child, list, mark) };
}

function startMessage({ command, cwd }: StdioSettings, { code }: NodeJS.ErrnoException): string {
  const reason = code === 'ENOENT' ? 'it is not on PATH, or the folder is not there' : (code ?? 'unknown');
  return `The MCP server ${JSON.stringify(command)} could not be started${cwd === undefined ? '' : ` in ${JSON.stringify(cwd)}`}: ${reason}.`;
}

const WRITABLE_BY_ALL = 0o002;

/** A server runs for as long as its gateway does. */
const WITHOUT_END = { wall_ms: 2 ** 40, cpu_seconds: 2 ** 30, output_bytes: 2 ** 50 };

async function startContained(settings: StdioSettings, bytes: PackageBytes): Promise<StartedProcess> {
  const { isolation = 'required' } = settings;
  try {
    const isDeclared = isolation === 'declared' && !(await probeSandbox()).is_contained;
    return isDeclared ? await startDeclared(settings, bytes) : await startSandbox(settings, bytes);
  } catch (cause) {
    if (!(cause instanceof WcpError)) throw new UpstreamError('DELIVERY_START_FAILED', { cause });
    const code = cause.code === 'ERR_WCP_NOT_CONTAINED' ? 'DELIVERY_NOT_CONTAINED' : 'DELIVERY_START_FAILED';
    throw new UpstreamError(code, { message: cause.message, cause });
  }
}

async function startSandbox(settings: StdioSettings, bytes: PackageBytes): Promise<StartedProcess> {
  const user = ownerOf(settings);
  const started = await sandboxed({ ...optionsOf(settings, bytes), ...(user !== null && { user }) });
  return { child: started.process, enforcement: started.enforcement, end: () => started.close() };
}

/** No kernel ends what it starts, so that is found as with any other server. */
async function startDeclared(settings: StdioSettings, bytes: PackageBytes): Promise<StartedProcess> {
  const list = tidyList(settings);
  const mark = newMark();
  const options = optionsOf(settings, bytes);
  const started = await sandboxed({ ...options, env: { ...options.env, [MARK_VARIABLE]: mark } });
  const end = familyOf(started.process, list, mark);
  return {
    child: started.process,
    enforcement: started.enforcement,
    end: async () => {
      await end();
      await started.close();
    },
  };
}

function optionsOf(settings: StdioSettings, { files }: PackageBytes): SandboxOptions {
  const { command, args = [], envelope = {}, env = {}, binds = [], isolation = 'required' } = settings;
  const limits = { ...WITHOUT_END, ...settings.sandbox_limits };
  return { command: [command, ...args], package: files, envelope, env, binds, isolation, limits };
}

/**
 * Whose number it has where this process is root: that of whom the folders belong to that it may write to, because another
 * could not. It has no capability and sees nothing else of that user's.
 */
function ownerOf({ envelope = {}, binds = [] }: StdioSettings): User | null {
  if (process.getuid?.() !== 0) return null;
  const bound = binds.filter(({ writable }) => writable).map(({ from }) => from);
  const [place] = [...(envelope.filesystem_writes ?? []), ...bound];
  const stat = place === undefined ? undefined : statSync(place, { throwIfNoEntry: false });
  return stat === undefined || (stat.mode & WRITABLE_BY_ALL) !== 0 ? null : { uid: stat.uid, gid: stat.gid };
}
