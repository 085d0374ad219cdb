import { type ChildProcess, fork } from 'node:child_process';
import { type LoadResult, load } from '../load.ts';
import { median, quantile } from '../measure.ts';
import type { BenchRow } from '../row.ts';
import { input } from '../world.ts';

const CONNECTIONS = 64;
const ROUNDS = 5;
const SECONDS = 2;
const MEMORY_REQUESTS = 200_000;

/** A server in a process of its own. */
export interface Server {
  readonly process: ChildProcess;
  readonly port: number;
  readonly key: string;
}

/** Routed decisions with durable signed receipts over HTTP, in turns with a server that only echoes. */
export async function httpRows(): Promise<BenchRow[]> {
  const [hall, echo] = await Promise.all([start('hall'), start('echo')]);
  try {
    const [echoRate, hallRate] = await medianRates(echo, hall);
    const half = await run(hall, 5, hallRate / 2);
    return [
      { name: 'http: validate and echo', value: echoRate, unit: 'requests/s' },
      {
        name: 'http: routed decisions, durable',
        value: hallRate,
        unit: 'decisions/s',
        ratio_to_floor: hallRate / echoRate,
      },
      { name: 'http: p50 at half of the top rate', value: quantile(half.latencies, 0.5), unit: 'ms' },
      { name: 'http: p99 at half of the top rate', value: quantile(half.latencies, 0.99), unit: 'ms' },
      { name: 'http: memory growth over 200,000 requests', value: await memoryGrowth(hall), unit: 'MiB' },
    ];
  } finally {
    hall.process.disconnect();
    echo.process.disconnect();
  }
}

/** The median rates of two servers, measured in turns. */
async function medianRates(one: Server, other: Server): Promise<[number, number]> {
  const rates = await inTurns(one, other, async (server) => (await run(server, SECONDS)).perSecond);
  return [median(rates[0]), median(rates[1])];
}

/** The median decisions of two servers in a second of the processor: what else the machine does counts for neither. */
export async function medianEfficiency(one: Server, other: Server): Promise<[number, number]> {
  const rates = await inTurns(one, other, async (server) => {
    const before = await askOf(server, 'processor');
    const { latencies } = await run(server, SECONDS);
    return latencies.length / ((await askOf(server, 'processor')) - before);
  });
  return [median(rates[0]), median(rates[1])];
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
async function memoryGrowth(hall: Server): Promise<number> {
  await sendRequests(hall, MEMORY_REQUESTS / 4);
  const before = await memoryOf(hall);
  await sendRequests(hall, MEMORY_REQUESTS);
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
