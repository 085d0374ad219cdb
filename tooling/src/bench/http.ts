import { type ChildProcess, fork } from 'node:child_process';
import { type LoadResult, load } from './load.ts';
import { median, quantile } from './measure.ts';
import type { BenchRow } from './row.ts';
import { input } from './world.ts';

const CONNECTIONS = 64;
const ROUNDS = 5;
const SECONDS = 2;
const MEMORY_REQUESTS = 200_000;

/** A server in a process of its own. */
interface Server {
  readonly process: ChildProcess;
  readonly port: number;
  readonly key: string;
}

/** Routed decisions with durable signed receipts over HTTP, in turns with a server that only echoes. */
export async function httpRows(): Promise<BenchRow[]> {
  const [hall, echo] = await Promise.all([start('hall'), start('echo')]);
  try {
    const { hallRate, echoRate } = await compare(hall, echo);
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

/** The median rates of both servers, measured in turns. */
async function compare(hall: Server, echo: Server): Promise<{ hallRate: number; echoRate: number }> {
  await run(hall, 1);
  await run(echo, 1);
  const rates = { hall: [] as number[], echo: [] as number[] };
  for (let round = 0; round < ROUNDS; round += 1) {
    rates.echo.push((await run(echo, SECONDS)).perSecond);
    rates.hall.push((await run(hall, SECONDS)).perSecond);
  }
  return { hallRate: median(rates.hall), echoRate: median(rates.echo) };
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

function memoryOf({ process: child }: Server): Promise<number> {
  return new Promise((resolve) => {
    child.once('message', (megabytes) => resolve(Number(megabytes)));
    child.send('memory');
  });
}

function start(kind: 'hall' | 'echo'): Promise<Server> {
  const child = fork(new URL('./hall-server.ts', import.meta.url), [kind], { execArgv: ['--expose-gc'] });
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
