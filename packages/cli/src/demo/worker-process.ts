import { spawn } from 'node:child_process';
import type { WorkerContext, WorkerResult } from '@wcp/spec';
import { parseDocument, WorkerResultSchema } from '@wcp/spec/document';
import { FOREIGN_TEXT_LIMITS, parseJson } from '@wcp/spec/json';
import type { WorkerPackage } from './worker-package.ts';

/** The call that a worker receives. */
export interface WorkerCall {
  readonly context: WorkerContext;
  readonly request: unknown;
  readonly permit: string;
  /** The public key by which it recognises the Hall. */
  readonly hall_key: string;
}

/** How a run of a worker's process ended. */
export interface WorkerRun {
  readonly status: 'ok' | 'error' | 'timeout';
  /** Null if the process gave no valid result. */
  readonly result: WorkerResult | null;
  readonly duration_ms: number;
}

/** A worker that has not answered by then is killed. */
const TIME_LIMIT_MS = 60_000;
/** The longest answer that is read, in bytes. */
const MAX_ANSWER_LENGTH = 4 * 1024 * 1024;
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Runs a worker in its own process: one JSON line in, one out, without this process's environment (section 10). */
export async function runWorker(
  { dir, program, permits }: WorkerPackage,
  { hall_key, ...call }: WorkerCall,
): Promise<WorkerRun> {
  const started = performance.now();
  const env = { WCP_HALL_PUBLIC_KEY: hall_key, WCP_PERMIT_STORE: permits };
  const { bytes, isLate } = await converse({ dir, program, env }, `${JSON.stringify(call)}\n`);
  const duration_ms = Math.round(performance.now() - started);
  const result = isLate ? null : readResult(bytes);
  const done = result?.status === 'ok' || result?.status === 'partial';
  return { status: isLate ? 'timeout' : done ? 'ok' : 'error', result, duration_ms };
}

interface Answer {
  readonly bytes: Uint8Array;
  readonly isLate: boolean;
}

interface Program {
  readonly dir: string;
  readonly program: string;
  readonly env: Readonly<Record<string, string>>;
}

function converse({ dir, program, env }: Program, line: string): Promise<Answer> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [program, '--stdio'], {
      cwd: dir,
      env: { ...env },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const parts: Buffer[] = [];
    let length = 0;
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      child.kill('SIGKILL');
    }, TIME_LIMIT_MS);
    child.stdout.on('data', (part: Buffer) => {
      length += part.length;
      if (length > MAX_ANSWER_LENGTH) child.kill('SIGKILL');
      else parts.push(part);
    });
    // A worker that dies early closes its input; the missing answer shows that it died.
    child.stdin.on('error', () => {});
    child.on('error', () => resolve({ bytes: Buffer.of(), isLate }));
    child.on('close', () => {
      clearTimeout(timer);
      resolve({ bytes: Buffer.concat(parts), isLate });
    });
    child.stdin.end(line);
  });
}

function readResult(bytes: Uint8Array): WorkerResult | null {
  try {
    const answer = parseJson(UTF8.decode(bytes), FOREIGN_TEXT_LIMITS);
    const parsed = parseDocument<WorkerResult>(WorkerResultSchema, answer);
    return parsed.ok ? parsed.value : null;
  } catch {
    return null;
  }
}
