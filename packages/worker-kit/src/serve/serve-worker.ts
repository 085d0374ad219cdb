import type { WorkerResult } from '@wcp/spec';
import { systemClock } from '../base/clock.ts';
import { type PermitOptions, permitGate } from '../permit/permit-gate.ts';
import { readHallKeys } from '../permit/verify-permit.ts';
import { planFor, type Worker } from '../worker/define-worker.ts';
import { parseCall, resultLine, runCall } from './call.ts';
import { readAddress } from './http/http-address.ts';
import type { HttpServed } from './http/http-worker.ts';
import { serveHttp } from './http/serve-http.ts';
import { serveLines } from './lines/serve-lines.ts';
import { claimOutput, type ProtocolOutput, refuseDebugger, surviveStrayErrors } from './protocol-output.ts';

/** How a served worker knows its Hall; what is absent comes from the environment. */
export interface ServeOptions {
  /** The raw public keys of the Halls, 64 hexadecimal digits each (default `WCP_HALL_PUBLIC_KEY`). */
  readonly hallKeys?: readonly string[];
  /** The folder that records used permits (default `WCP_PERMIT_STORE`). */
  readonly permitStore?: string;
}

const USAGE =
  'Give one JSON argument {"context": …, "request": …}, or --stdio, --http [host:]port, --record or --help.';

const HELP = `Runs this worker (WCP section 10).

  '<json>'             run once: {"context": {…}, "request": {…}} in, one line of JSON out
  --stdio              a JSON line in, a JSON line out, in order, until the end of the input;
                       a line may have an "id", which comes back with its result
  --http [host:]port   POST /run, GET /record, GET /healthz, until SIGTERM; the host is 127.0.0.1 by default,
                       and port 0 is any free port
  --record             print the worker's registry record
  --help               print this

Outside of the environment "dev", a call needs a "permit" of the Hall.
  WCP_HALL_PUBLIC_KEY  the Hall's public key, 64 hexadecimal digits; several with commas between them.
                       With it, every call needs a permit; without it, the worker runs only in "dev"
  WCP_PERMIT_STORE     a folder that records used permits, so that none is accepted twice, across restarts.
                       Without it, permits older than the process are refused

Exit: 0 ok or partial, 1 denied or error, 2 usage error. With --stdio and --http: 0.
Everything that the worker prints goes to standard error.
`;

/** The exit codes of a served worker. */
const EXIT = { ok: 0, denied: 1, usage: 2 } as const;

/**
 * Serves a worker as a program (section 10): once with a JSON argument, line by line with `--stdio`, over HTTP
 * with `--http`. Outside of `dev`, it runs only what a Hall permitted. Ends the process when it is done, whatever
 * timers the worker left behind.
 *
 * @example
 * ```ts
 * import { serveWorker, type Worker } from '@wcp/worker-kit';
 *
 * declare const worker: Worker;
 * await serveWorker(worker); // all of src/main.ts
 * ```
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
  refuseDebugger();
  const output = claimOutput();
  const mode = MODES.get(argument) ?? (argument.startsWith('-') ? undefined : ONCE);
  if (argument === '' || mode === undefined || mode.operands !== more.length) return refuseUsage(USAGE);
  if ('show' in mode) return print(output, mode.show(worker));
  const permits = readPermitOptions(options, process.env);
  if (permits === null) return refuseUsage(KEYS_USAGE);
  const admit = permitGate(permits, planFor(worker)?.clock ?? systemClock);
  const served = { worker, admit, knowsHall: permits.hallKeys.length > 0 };
  return mode.run(served, output, more[0] ?? argument);
}

const KEYS_USAGE = 'WCP_HALL_PUBLIC_KEY must be 64 hexadecimal digits, or several of these with commas.';

/** How the worker checks permits; null where a key is malformed. */
function readPermitOptions(
  { hallKeys, permitStore }: ServeOptions,
  env: Readonly<Record<string, string | undefined>>,
): PermitOptions | null {
  const keys = readHallKeys(hallKeys?.join(',') ?? env['WCP_HALL_PUBLIC_KEY'] ?? '');
  const store = permitStore ?? env['WCP_PERMIT_STORE'] ?? '';
  return keys === null ? null : { hallKeys: keys, permitStore: store === '' ? null : store };
}

/** A run mode; `operands` is the number of arguments after its name. */
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
  return (await output.writeLine(text)) ? EXIT.ok : EXIT.denied;
}

async function runOnce(served: HttpServed, output: ProtocolOutput, argument: string): Promise<number> {
  const reading = parseCall(argument);
  if (!reading.ok) return refuseUsage(`The argument is invalid. ${reading.message} ${USAGE}`);
  const { call } = reading;
  surviveStrayErrors();
  const result = await runCall(served, call);
  const written = await output.writeLine(resultLine(result, call.id));
  return written && isDone(result) ? EXIT.ok : EXIT.denied;
}

async function runLines(served: HttpServed, output: ProtocolOutput): Promise<number> {
  surviveStrayErrors();
  return (await serveLines(served, output)) ? EXIT.ok : EXIT.denied;
}

async function runHttp(served: HttpServed, output: ProtocolOutput, operand: string): Promise<number> {
  const address = readAddress(operand);
  if (address === null) return refuseUsage(`The address is invalid. ${USAGE}`);
  surviveStrayErrors();
  try {
    await serveHttp(served, address, output);
    return EXIT.ok;
  } catch (error) {
    return refuseUsage(
      `The worker cannot listen on that address (${(error as NodeJS.ErrnoException).code}). ${USAGE}`,
    );
  }
}

function isDone({ status }: WorkerResult): boolean {
  return status === 'ok' || status === 'partial';
}

async function refuseUsage(sentence: string): Promise<number> {
  await new Promise((resolve) => process.stderr.write(`${sentence}\n`, resolve));
  return EXIT.usage;
}
