import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import {
  type Finding,
  parseRecord,
  type RegistryRecord,
  WcpError,
  type WorkerContext,
  type WorkerResult,
} from '@wcp/spec';
import { parseJson } from '@wcp/spec/json';
import { systemClock } from '../base/clock.ts';
import { readPlain } from '../base/plain.ts';
import type { WorkerCode } from '../base/worker-code.ts';
import { readContext } from '../run/read-context.ts';
import { ended, resultOf } from '../run/result.ts';
import type { Worker } from '../worker/define-worker.ts';
import { LineProgram } from './line-program.ts';

/** A program that behaves as a worker. */
export interface ProgramWorker extends Worker {
  /**
   * Ends the program's input and waits for its end.
   *
   * @throws {WcpError} `ERR_WCP_WORKER` where it does not end by itself, or not with status 0
   */
  close(): Promise<void>;
}

/** Options of a program. */
export interface ProgramOptions {
  /** Its environment (default that of this process). */
  readonly env?: Readonly<Record<string, string>>;
  /** Maximum time for each answer, in milliseconds (default 10,000). */
  readonly timeoutMs?: number;
}

/**
 * Makes a worker of a program in any language, so that {@link checkWorker} can check it: reads its record with
 * `--record`, then calls it line by line with `--stdio` (section 10). Values that JSON cannot express never
 * reach the program and are denied here. `execute` rejects where the program ends, times out or writes
 * something that is not an answer: a correct worker does none of these.
 *
 * @throws {WcpError} `ERR_WCP_WORKER` where the program prints no record
 * @example
 * ```ts
 * import { checkWorker, programWorker } from '@wcp/worker-kit/testing';
 *
 * const worker = await programWorker('python3', ['worker.py']);
 * console.log(await checkWorker(worker, { valid: [{ text: 'one two' }] })); // []
 * await worker.close();
 * ```
 */
export async function programWorker(
  command: string,
  args: readonly string[] = [],
  { env, timeoutMs = 10_000 }: ProgramOptions = {},
): Promise<ProgramWorker> {
  const environment = env === undefined ? {} : { env };
  const record = await readRecord(command, args, { ...environment, timeout: timeoutMs });
  const program = new LineProgram(command, [...args, '--stdio'], { ...environment, timeoutMs });
  return {
    record,
    execute: (request, context) => callProgram(program, record, request, context),
    close: () => program.close(),
  };
}

async function readRecord(
  command: string,
  args: readonly string[],
  options: object,
): Promise<RegistryRecord> {
  let value: unknown;
  try {
    const { stdout } = await promisify(execFile)(command, [...args, '--record'], options);
    value = parseJson(String(stdout));
  } catch (cause) {
    throw new WcpError('ERR_WCP_WORKER', 'The program does not print its record for --record.', { cause });
  }
  const reading = parseRecord(value);
  if (reading.ok) return value as RegistryRecord;
  const [first] = reading.findings.map(({ path, message }) => `${path || '/'}: ${message}`);
  throw new WcpError('ERR_WCP_WORKER', `The program’s record is invalid: ${first}`, {
    cause: reading.findings,
  });
}

/** Calls the program, unless JSON cannot express the call: then the kit answers. */
async function callProgram(
  program: LineProgram,
  record: RegistryRecord,
  request: unknown,
  context: WorkerContext,
): Promise<WorkerResult> {
  const plainContext = readPlain(context);
  if (!plainContext.ok) return resultWithCode(record, 'WORKER_INVALID_CONTEXT', plainContext.findings, null);
  const plainRequest = readPlain(request);
  if (!plainRequest.ok) {
    return resultWithCode(record, 'WORKER_INVALID_INPUT', plainRequest.findings, plainContext.value);
  }
  return program.call({ context: plainContext.value, request: plainRequest.value });
}

function resultWithCode(
  record: RegistryRecord,
  code: WorkerCode,
  findings: readonly Finding[],
  context: unknown,
) {
  const now = systemClock.now();
  const outcome = ended(code, findings);
  const { echo } = readContext(context);
  return resultOf({ record, echo, requestText: null, started: now, finished: now, outcome, usages: [] });
}
