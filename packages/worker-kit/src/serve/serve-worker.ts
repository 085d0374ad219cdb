import type { WorkerResult } from '@wcp/spec';
import type { Worker } from '../define-worker.ts';
import { type Call, parseCall, refuseLine, resultLine, runCall } from './call.ts';
import { claimOutput, type ProtocolOutput, surviveStrayErrors } from './protocol-output.ts';
import { type InputLine, readInputLines } from './read-lines.ts';

const USAGE = 'Give one JSON argument {"context": …, "request": …}, or --stdio, --record or --help.';

const HELP = `Runs this worker (WCP section 10).

  '<json>'   run once: {"context": {…}, "request": {…}} in, one line of JSON out
  --stdio    a JSON line in, a JSON line out, in order, until the end of the input;
             a line may have an "id", which comes back with its result
  --record   print the worker's registry record
  --help     print this

Exit: 0 ok or partial, 1 denied or error, 2 wrong usage. With --stdio: 0.
Everything that the worker prints goes to standard error.
`;

/** The exit codes of a served worker. */
const EXIT = { ok: 0, refused: 1, usage: 2 } as const;

/**
 * Runs a worker as a program (section 10): once with a JSON argument, or line by line with `--stdio`.
 * Ends the process when there is nothing more to do, whatever timers the worker left behind.
 *
 * @example await serveWorker(worker); // the whole of src/main.ts
 */
export async function serveWorker(
  worker: Worker,
  argv: readonly string[] = process.argv.slice(2),
): Promise<void> {
  process.exit(await serve(worker, argv));
}

async function serve(worker: Worker, argv: readonly string[]): Promise<number> {
  const [argument = '', ...more] = argv;
  const output = claimOutput();
  if (more.length > 0 || argument === '') return refuseUsage(USAGE);
  const mode = MODES.get(argument);
  if (mode !== undefined) return mode(worker, output);
  return argument.startsWith('-') ? refuseUsage(USAGE) : serveOnce(worker, output, argument);
}

type Mode = (worker: Worker, output: ProtocolOutput) => Promise<number>;

const MODES: ReadonlyMap<string, Mode> = new Map<string, Mode>([
  ['--help', (_, output) => print(output, HELP.trimEnd())],
  ['--record', (worker, output) => print(output, JSON.stringify(worker.record, null, 2))],
  ['--stdio', serveLines],
]);

async function print(output: ProtocolOutput, text: string): Promise<number> {
  return (await output.writeLine(text)) ? EXIT.ok : EXIT.refused;
}

async function serveOnce(worker: Worker, output: ProtocolOutput, argument: string): Promise<number> {
  const call = parseCall(argument);
  if ('problem' in call) return refuseUsage(`The argument cannot be used. ${call.problem} ${USAGE}`);
  surviveStrayErrors();
  const result = await runCall(worker, call);
  const written = await output.writeLine(resultLine(result, call.id));
  return written && isDone(result) ? EXIT.ok : EXIT.refused;
}

async function serveLines(worker: Worker, output: ProtocolOutput): Promise<number> {
  surviveStrayErrors();
  for await (const line of readInputLines(process.stdin)) {
    if ('text' in line && line.text.trim() === '') continue;
    if (!(await output.writeLine(await answerLine(worker, line)))) return EXIT.refused;
  }
  return EXIT.ok;
}

async function answerLine(worker: Worker, line: InputLine): Promise<string> {
  if ('problem' in line) {
    const code = line.problem === 'too-long' ? 'WORKER_LINE_TOO_LONG' : 'WORKER_INVALID_LINE';
    return resultLine(refuseLine(worker, code), undefined);
  }
  const call: Call | { problem: string; id: unknown } = parseCall(line.text);
  const result =
    'problem' in call ? refuseLine(worker, 'WORKER_INVALID_LINE', call.problem) : await runCall(worker, call);
  return resultLine(result, call.id);
}

function isDone({ status }: WorkerResult): boolean {
  return status === 'ok' || status === 'partial';
}

async function refuseUsage(sentence: string): Promise<number> {
  await new Promise((resolve) => process.stderr.write(`${sentence}\n`, resolve));
  return EXIT.usage;
}
