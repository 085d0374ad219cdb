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
import { systemClock } from '../clock.ts';
import type { Worker } from '../define-worker.ts';
import { readPlain } from '../plain.ts';
import { readContext } from '../run/read-context.ts';
import { refused, resultOf } from '../run/result.ts';
import type { WorkerCode } from '../worker-code.ts';
import { LineProgram } from './line-program.ts';

/** A program in the shape of a worker. */
export interface ProgramWorker extends Worker {
  /**
   * Ends the program's input and waits for its end.
   *
   * @throws {WcpError} `ERR_WCP_WORKER` where it does not end by itself, or not with 0
   */
  close(): Promise<void>;
}

/** How a program is started. */
export interface ProgramOptions {
  /** Its environment; absent, that of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** How long each of its answers may take, in milliseconds; 10,000 where it is not given. */
  readonly patience?: number;
}

/**
 * Gives a program in any language the shape of a worker, so that {@link checkWorker} can check it: asks
 * it for its record with `--record`, then calls it line by line with `--stdio` (section 10). What JSON
 * cannot hold never reaches a program and is refused here. `execute` rejects where the program ends,
 * is silent for too long or writes what is no answer: a worker that keeps to its contract does not.
 *
 * @throws {WcpError} `ERR_WCP_WORKER` where the program gives no record
 * @example
 * const worker = await programWorker('python3', ['worker.py']);
 * expect(await checkWorker(worker, { valid: [{ text: 'one two' }] })).toEqual([]);
 * await worker.close();
 */
export async function programWorker(
  command: string,
  args: readonly string[] = [],
  { env, patience = 10_000 }: ProgramOptions = {},
): Promise<ProgramWorker> {
  const environment = env === undefined ? {} : { env };
  const record = await askRecord(command, args, { ...environment, timeout: patience });
  const program = new LineProgram(command, [...args, '--stdio'], { ...environment, patience });
  return {
    record,
    execute: (request, context) => callProgram(program, record, request, context),
    close: () => program.close(),
  };
}

async function askRecord(command: string, args: readonly string[], options: object): Promise<RegistryRecord> {
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
  throw new WcpError('ERR_WCP_WORKER', `The program’s record is none: ${first}`, { cause: reading.findings });
}

/** Calls the program, unless no line can hold the call: then the answer is the kit's. */
async function callProgram(
  program: LineProgram,
  record: RegistryRecord,
  request: unknown,
  context: WorkerContext,
): Promise<WorkerResult> {
  const plainContext = readPlain(context);
  if (!plainContext.ok) return refusal(record, 'WORKER_INVALID_CONTEXT', plainContext.findings, null);
  const plainRequest = readPlain(request);
  if (!plainRequest.ok) {
    return refusal(record, 'WORKER_INVALID_INPUT', plainRequest.findings, plainContext.value);
  }
  return program.call({ context: plainContext.value, request: plainRequest.value });
}

function refusal(record: RegistryRecord, code: WorkerCode, findings: readonly Finding[], context: unknown) {
  const now = systemClock.now();
  const outcome = refused(code, findings);
  const { echo } = readContext(context);
  return resultOf({ record, echo, requestText: null, started: now, finished: now, outcome, usages: [] });
}
