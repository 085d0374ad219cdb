import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateSigningKey } from '@wcp/evidence';
import { createHall, type Delivery, type Hall, inProcessDelivery } from '@wcp/hall';
import { worker } from '@wcp-workers/hello-worker';
import { median, quantileSamples } from '../measure.ts';
import { type BenchRow, sampledRow } from '../row.ts';
import { copyHelloPackage } from './hello-package.ts';

const CALLS = 500;
const FLOOD = 64;

/** What a warm subprocess costs beside a worker in this process, and what urgent calls wait for under a flood. */
export async function deliveryRows(): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'wcp-bench-delivery-'));
  const halls: Hall[] = [];
  try {
    const inProcess = await openHall(folder, 'in-process', inProcessDelivery(worker));
    halls.push(inProcess);
    const subprocess = await openHall(folder, 'subprocess', copyHelloPackage(folder)('contained'));
    halls.push(subprocess);
    return [...(await overheadRows(inProcess, subprocess)), ...(await priorityRows(subprocess))];
  } finally {
    await Promise.all(halls.map((hall) => hall.close()));
    rmSync(folder, { recursive: true, force: true });
  }
}

async function openHall(folder: string, name: string, delivery: Delivery): Promise<Hall> {
  mkdirSync(join(folder, name));
  return createHall({
    file: join(folder, name, 'store.db'),
    key: generateSigningKey(),
    rules: [
      {
        rule_id: 'hello',
        match: {},
        decision: { candidate_workers_ranked: [{ worker_species_id: 'wrk.hello.greeter' }] },
      },
    ],
    workers: [{ delivery, limits: { concurrency: 2, waiting: 10_000 } }],
  });
}

/** Both ways to deliver, in turns, one dispatch at a time. */
async function overheadRows(inProcess: Hall, subprocess: Hall): Promise<BenchRow[]> {
  const latencies = { inProcess: [] as number[], subprocess: [] as number[] };
  for (const hall of [inProcess, subprocess]) await dispatchMany(hall, 'P2', 50);
  for (let index = 0; index < CALLS; index += 1) {
    latencies.inProcess.push(await dispatch(inProcess));
    latencies.subprocess.push(await dispatch(subprocess));
  }
  return [
    ...quantileRows('dispatch in process', latencies.inProcess),
    ...quantileRows('dispatch to a warm subprocess', latencies.subprocess),
    ...[0.5, 0.99].map((share) => {
      const floor = quantileSamples(latencies.inProcess, share);
      const added = quantileSamples(latencies.subprocess, share).map(
        (each, index) => each - (floor[index] ?? Number.NaN),
      );
      return sampledRow(`overhead of a subprocess: p${share * 100}`, 'ms', added);
    }),
  ];
}

function quantileRows(name: string, numbers: readonly number[]): BenchRow[] {
  return [0.5, 0.99].map((share) =>
    sampledRow(`${name}: p${share * 100}`, 'ms', quantileSamples(numbers, share)),
  );
}

/** One urgent call after the other, first alone, then while many others are always under way. */
async function priorityRows(hall: Hall): Promise<BenchRow[]> {
  const alone = quantileSamples(await dispatchMany(hall, 'P0', CALLS), 0.99);
  let isOver = false;
  let completed = 0;
  const flood = Array.from({ length: FLOOD }, async () => {
    while (!isOver) {
      await dispatch(hall, 'P3');
      completed += 1;
    }
  });
  const flooded = quantileSamples(await dispatchMany(hall, 'P0', CALLS), 0.99);
  isOver = true;
  await Promise.all(flood);
  return [
    sampledRow('P0 alone: p99', 'ms', alone),
    {
      ...sampledRow('P0 under a flood of P3: p99', 'ms', flooded),
      ratio_to_alone: median(flooded) / median(alone),
    },
    { name: 'P3 completed meanwhile', value: completed, unit: 'dispatches' },
  ];
}

async function dispatchMany(hall: Hall, qosClass: string, count: number): Promise<number[]> {
  const latencies: number[] = [];
  for (let index = 0; index < count; index += 1) latencies.push(await dispatch(hall, qosClass));
  return latencies;
}

let sent = 0;

/** Dispatches a request of its own and gives the milliseconds that it took. */
async function dispatch(hall: Hall, qosClass = 'P2'): Promise<number> {
  sent += 1;
  const started = performance.now();
  const { outcome_receipt } = await hall.dispatch({
    capability_id: 'cap.hello.greet',
    env: 'dev',
    data_label: 'PUBLIC',
    tenant_risk: 'low',
    qos_class: qosClass,
    tenant_id: 'bench',
    correlation_id: `bench-${sent}`,
    request: { name: `Ada ${sent}` },
  });
  if (outcome_receipt?.outcome?.status !== 'ok') throw new Error('A dispatch of the bench failed.');
  return performance.now() - started;
}
