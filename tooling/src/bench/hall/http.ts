import { type ChildProcess, fork } from 'node:child_process';
import { type LoadResult, load } from '../load.ts';
import { median, quantileSamples } from '../measure.ts';
import { type BenchRow, sampledRow } from '../row.ts';
import { input } from '../world.ts';

const CONNECTIONS = 64;
const ROUNDS = 5;
const SECONDS = 2;
/** How many requests memory is watched over. */
const MEMORY_REQUESTS = { quick: 40_000, deep: 200_000 } as const;

/** A server in a process of its own. */
export interface Server {
  readonly process: ChildProcess;
  readonly port: number;
  readonly key: string;
}

/**
 * Routed decisions with durable signed receipts over HTTP, in turns with a server that only echoes.
 *
 * @param deep whether memory is watched over many more requests, too
 */
export async function httpRows({ deep }: { readonly deep: boolean }): Promise<BenchRow[]> {
  const [hall, echo] = await Promise.all([start('hall'), start('echo')]);
  try {
    const rateOf = async (server: Server) => (await run(server, SECONDS)).perSecond;
    const [echoed, decided] = await inTurns(echo, hall, rateOf);
    const { latencies } = await run(hall, 5, median(decided) / 2);
    const requests = deep ? MEMORY_REQUESTS.deep : MEMORY_REQUESTS.quick;
    return [
      sampledRow('http: validate and echo', 'requests/s', echoed),
      sampledRow('http: routed decisions, durable', 'decisions/s', decided, echoed),
      sampledRow('http: p50 at half of the top rate', 'ms', quantileSamples(latencies, 0.5)),
      sampledRow('http: p99 at half of the top rate', 'ms', quantileSamples(latencies, 0.99)),
      {
        name: `http: memory growth over ${requests.toLocaleString('en')} requests`,
        value: await memoryGrowth(hall, requests),
        unit: 'MiB',
      },
    ];
  } finally {
    hall.process.disconnect();
    echo.process.disconnect();
  }
}

/** The decisions of two servers in a second of the processor, in turns: what else the machine does counts for neither. */
export function efficiencies(one: Server, other: Server): Promise<[number[], number[]]> {
  return inTurns(one, other, async (server) => {
    const before = await askOf(server, 'processor');
    const { latencies } = await run(server, SECONDS);
    return latencies.length / ((await askOf(server, 'processor')) - before);
  });
}

async function inTurns(
  one: Server,
  other: Server,
  measure: (server: Server) => Promise<number>,
): Promise<[number[], number[]]> {
  await run(one, 1);
  await run(other, 1);
  const figures: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    figures[0].push(await measure(one));
    figures[1].push(await measure(other));
  }
  return figures;
}

let sent = 0;

function run({ port, key }: Server, seconds: number, rate?: number): Promise<LoadResult> {
  const body = JSON.stringify(input('dev')).split('0195f3a0-7c1e-7000-8000-0000000000c1');
  const nextBody = () => {
    sent += 1;
    return body.join(`correlation-${sent}`);
  };
  return load({ port, key, path: '/wcp/route', connections: CONNECTIONS, seconds, rate, nextBody });
}

/** What the process holds after many requests, against what it held after a quarter as many. */
async function memoryGrowth(hall: Server, requests: number): Promise<number> {
  await sendRequests(hall, requests / 4);
  const before = await memoryOf(hall);
  await sendRequests(hall, requests);
  return (await memoryOf(hall)) - before;
}

async function sendRequests(hall: Server, count: number): Promise<void> {
  for (let done = 0; done < count; ) done += (await run(hall, 2)).latencies.length;
}

const memoryOf = (server: Server): Promise<number> => askOf(server, 'memory');

function askOf({ process: child }: Server, what: 'memory' | 'processor'): Promise<number> {
  return new Promise((resolve) => {
    child.once('message', (figure) => resolve(Number(figure)));
    child.send(what);
  });
}

/** @param more of `traced`: the address of the collector */
export function start(kind: 'hall' | 'echo' | 'traced', ...more: readonly string[]): Promise<Server> {
  const args = [kind, ...more];
  const child = fork(new URL('./hall-server.ts', import.meta.url), args, { execArgv: ['--expose-gc'] });
  return new Promise((resolve, reject) => {
    child.once('message', (message) => resolve({ process: child, ...readAddress(message) }));
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`The ${kind} server exited with status ${code}.`)));
  });
}

function readAddress(message: unknown): { port: number; key: string } {
  const { port, key } = Object(message);
  return { port: Number(port), key: String(key) };
}
