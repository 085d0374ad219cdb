import type { WorkerResult } from '@wcp/spec';
import { systemClock } from '../clock.ts';
import { planFor, type Worker } from '../define-worker.ts';
import { permitGate } from '../permit/permit-gate.ts';
import { parseCall, resultLine, runCall } from './call.ts';
import { readAddress } from './http-address.ts';
import { claimOutput, type ProtocolOutput, surviveStrayErrors } from './protocol-output.ts';
import { type HttpServed, serveHttp } from './serve-http.ts';
import { serveLines } from './serve-lines.ts';
import { readPosture, type ServeOptions } from './serve-options.ts';

const USAGE =
  'Give one JSON argument {"context": …, "request": …}, or --stdio, --http [host:]port, --record or --help.';

const HELP = `Runs this worker (WCP section 10).

  '<json>'             run once: {"context": {…}, "request": {…}} in, one line of JSON out
  --stdio              a JSON line in, a JSON line out, in order, until the end of the input;
                       a line may have an "id", which comes back with its result
  --http [host:]port   POST /run, GET /record, GET /healthz, until SIGTERM; host 127.0.0.1, port 0 for any
  --record             print the worker's registry record
  --help               print this

A call outside of the environment "dev" needs a "permit" of the Hall.
  WCP_HALL_PUBLIC_KEY  the Hall's public key, 64 hexadecimal digits; several with commas between them.
                       With it every call needs a permit, without it the worker runs in "dev" alone
  WCP_PERMIT_STORE     a folder where used permits are noted, so that none is good twice, across restarts.
                       Without it permits older than the process are refused

Exit: 0 ok or partial, 1 denied or error, 2 wrong usage. With --stdio and --http: 0.
Everything that the worker prints goes to standard error.
`;

/** The exit codes of a served worker. */
const EXIT = { ok: 0, refused: 1, usage: 2 } as const;

/**
 * Runs a worker as a program (section 10): once with a JSON argument, line by line with `--stdio`, over HTTP
 * with `--http`. Outside of `dev` it runs only what a Hall permitted. Ends the process when there is nothing
 * more to do, whatever timers the worker left behind.
 *
 * @example await serveWorker(worker); // the whole of src/main.ts
 */
export async function serveWorker(
  worker: Worker,
  argv: readonly string[] = process.argv.slice(2),
  options: ServeOptions = {},
): Promise<void> {
  process.exit(await serve(worker, argv, options));
}

async function serve(worker: Worker, argv: readonly string[], options: ServeOptions): Promise<number> {
  const [argument = '', ...more] = argv;
  const output = claimOutput();
  const mode = MODES.get(argument) ?? (argument.startsWith('-') ? undefined : ONCE);
  if (argument === '' || mode === undefined || mode.operands !== more.length) return refuseUsage(USAGE);
  if ('show' in mode) return print(output, mode.show(worker));
  const posture = readPosture(options, process.env);
  if (typeof posture === 'string') return refuseUsage(posture);
  const admit = permitGate(posture, planFor(worker)?.clock ?? systemClock);
  const served = { worker, admit, knowsHall: posture.hallKeys.length > 0 };
  return mode.run(served, output, more[0] ?? argument);
}

/** What the program does; `operands` says how many arguments come after the name. */
type Mode =
  | { readonly operands: 0; show(worker: Worker): string }
  | {
      readonly operands: 0 | 1;
      run(served: HttpServed, output: ProtocolOutput, operand: string): Promise<number>;
    };

const ONCE: Mode = { operands: 0, run: runOnce };
const MODES: ReadonlyMap<string, Mode> = new Map<string, Mode>([
  ['--help', { operands: 0, show: () => HELP.trimEnd() }],
  ['--record', { operands: 0, show: ({ record }) => JSON.stringify(record, null, 2) }],
  ['--stdio', { operands: 0, run: runLines }],
  ['--http', { operands: 1, run: runHttp }],
]);

async function print(output: ProtocolOutput, text: string): Promise<number> {
  return (await output.writeLine(text)) ? EXIT.ok : EXIT.refused;
}

async function runOnce(served: HttpServed, output: ProtocolOutput, argument: string): Promise<number> {
  const call = parseCall(argument);
  if ('problem' in call) return refuseUsage(`The argument cannot be used. ${call.problem} ${USAGE}`);
  surviveStrayErrors();
  const result = await runCall(served, call);
  const written = await output.writeLine(resultLine(result, call.id));
  return written && isDone(result) ? EXIT.ok : EXIT.refused;
}

async function runLines(served: HttpServed, output: ProtocolOutput): Promise<number> {
  surviveStrayErrors();
  return (await serveLines(served, output)) ? EXIT.ok : EXIT.refused;
}

async function runHttp(served: HttpServed, output: ProtocolOutput, operand: string): Promise<number> {
  const address = readAddress(operand);
  if (address === null) return refuseUsage(`The address cannot be used. ${USAGE}`);
  surviveStrayErrors();
  try {
    await serveHttp(served, address, output);
    return EXIT.ok;
  } catch (error) {
    return refuseUsage(`The worker cannot listen there (${(error as NodeJS.ErrnoException).code}). ${USAGE}`);
  }
}

function isDone({ status }: WorkerResult): boolean {
  return status === 'ok' || status === 'partial';
}

async function refuseUsage(sentence: string): Promise<number> {
  await new Promise((resolve) => process.stderr.write(`${sentence}\n`, resolve));
  return EXIT.usage;
}
