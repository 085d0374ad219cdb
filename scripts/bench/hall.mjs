import { fork } from 'node:child_process';
import { load, quantile } from './load.mjs';
import { median } from './measure.mjs';
import { input } from './world.mjs';

const CONNECTIONS = 64;
const ROUNDS = 5;
const SECONDS = 2;
const MEMORY_REQUESTS = 200_000;

/** Routed decisions with durable signed receipts over HTTP, in turns with a server that only echoes. */
export async function hallRows() {
  const [hall, echo] = await Promise.all([start('hall'), start('echo')]);
  try {
    const rates = { hall: [], echo: [] };
    await run(hall, 1);
    await run(echo, 1);
    for (let round = 0; round < ROUNDS; round += 1) {
      rates.echo.push((await run(echo, SECONDS)).perSecond);
      rates.hall.push((await run(hall, SECONDS)).perSecond);
    }
    const top = median(rates.hall);
    const ratio = top / median(rates.echo);
    const half = await run(hall, 5, top / 2);
    const growth = await memoryGrowth(hall);
    return [
      { name: 'http: validate and echo', value: median(rates.echo), unit: 'requests/s' },
      { name: 'http: routed decisions, durable', value: top, unit: 'decisions/s', ratio_to_floor: ratio },
      { name: 'http: p50 at half of the top rate', value: quantile(half.latencies, 0.5), unit: 'ms' },
      { name: 'http: p99 at half of the top rate', value: quantile(half.latencies, 0.99), unit: 'ms' },
      { name: 'http: memory growth over 200,000 requests', value: growth, unit: 'MiB' },
    ];
  } finally {
    hall.process.disconnect();
    echo.process.disconnect();
  }
}

let sent = 0;

function run({ port, key }, seconds, rate) {
  const asked = JSON.stringify(input('dev')).split('0195f3a0-7c1e-7000-8000-0000000000c1');
  const nextBody = () => {
    sent += 1;
    return asked.join(`correlation-${sent}`);
  };
  return load({ port, key, path: '/wcp/route', connections: CONNECTIONS, seconds, rate, nextBody });
}

/** What the process holds after many requests, against what it held after as many as warm it up. */
async function memoryGrowth(hall) {
  await requests(hall, MEMORY_REQUESTS / 4);
  const before = await memoryOf(hall);
  await requests(hall, MEMORY_REQUESTS);
  return (await memoryOf(hall)) - before;
}

async function requests(hall, count) {
  for (let done = 0; done < count; ) done += (await run(hall, 2)).latencies.length;
}

function memoryOf({ process: child }) {
  return new Promise((resolve) => {
    child.once('message', resolve);
    child.send('memory');
  });
}

function start(kind) {
  const child = fork(new URL('./hall-server.mjs', import.meta.url), [kind], { execArgv: ['--expose-gc'] });
  return new Promise((resolve, reject) => {
    child.once('message', ({ port, key }) => resolve({ process: child, port, key }));
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the ${kind} server ended with ${code}`)));
  });
}
