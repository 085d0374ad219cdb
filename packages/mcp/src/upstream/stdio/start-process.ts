import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { sandboxed } from '@wcp/sandbox';
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

let isTidy = false;

async function startPlain(settings: StdioSettings): Promise<StartedProcess> {
  const list = new ProcessList(settings.process_list ?? null);
  if (!isTidy || settings.process_list !== undefined) list.endLeftOver();
  isTidy = true;
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
  const family = new ProcessFamily(child.pid as number, mark);
  list.add(child.pid as number, mark);
  const end = async () => {
    await family.end();
    list.remove(mark);
  };
  return { child, enforcement: DECLARED_ENFORCEMENT, end };
}

function startMessage({ command, cwd }: StdioSettings, { code }: NodeJS.ErrnoException): string {
  const reason = code === 'ENOENT' ? 'it is not on PATH, or the folder is not there' : (code ?? 'unknown');
  return `The MCP server ${JSON.stringify(command)} could not be started${cwd === undefined ? '' : ` in ${JSON.stringify(cwd)}`}: ${reason}.`;
}

/** A server runs for as long as its gateway does. */
const WITHOUT_END = { wall_ms: 2 ** 40, cpu_seconds: 2 ** 30, output_bytes: 2 ** 50 };

async function startContained(settings: StdioSettings, { files }: PackageBytes): Promise<StartedProcess> {
  const { command, args = [], envelope = {}, env = {}, binds = [], isolation = 'required' } = settings;
  try {
    const started = await sandboxed({
      command: [command, ...args],
      package: files,
      envelope,
      env,
      binds,
      isolation,
      limits: { ...WITHOUT_END, ...settings.sandbox_limits },
    });
    return { child: started.process, enforcement: started.enforcement, end: () => started.close() };
  } catch (cause) {
    if (!(cause instanceof WcpError)) throw new UpstreamError('DELIVERY_START_FAILED', { cause });
    const code = cause.code === 'ERR_WCP_NOT_CONTAINED' ? 'DELIVERY_NOT_CONTAINED' : 'DELIVERY_START_FAILED';
    throw new UpstreamError(code, { message: cause.message, cause });
  }
}
