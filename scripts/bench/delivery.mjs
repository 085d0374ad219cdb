import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateSigningKey } from '../../packages/evidence/dist/index.js';
import { createHall, inProcessDelivery, packageDelivery } from '../../packages/hall/dist/index.js';
import { worker } from '../../workers/hello-worker/dist/index.js';
import { quantile } from './load.mjs';

const WORKER = 'workers/hello-worker';
const CALLS = 400;
const FLOOD = 64;

/** What a warm subprocess costs beside a worker in this process, and what urgent calls wait for under a flood. */
export async function deliveryRows() {
  const folder = mkdtempSync(join(tmpdir(), 'wcp-bench-delivery-'));
  const halls = await Promise.all([
    openHall(folder, 'in-process', inProcessDelivery(worker)),
    openHall(folder, 'subprocess', packageDelivery(packageOf(folder))),
  ]);
  try {
    const [inProcess, subprocess] = await latencies(halls);
    const [alone, flooded, background] = await urgentLatencies(halls[1]);
    return [
      ...quantiles('dispatch in process', inProcess),
      ...quantiles('dispatch to a warm subprocess', subprocess),
      overhead('p50', inProcess, subprocess, 0.5),
      overhead('p99', inProcess, subprocess, 0.99),
      { name: 'P0 alone: p99', value: quantile(alone, 0.99), unit: 'ms' },
      {
        name: 'P0 under a flood of P3: p99',
        value: quantile(flooded, 0.99),
        unit: 'ms',
        ratio_to_alone: quantile(flooded, 0.99) / quantile(alone, 0.99),
      },
      { name: 'P3 that ended meanwhile', value: background, unit: 'dispatches' },
    ];
  } finally {
    await Promise.all(halls.map((hall) => hall.close()));
    rmSync(folder, { recursive: true, force: true });
  }
}

function quantiles(name, numbers) {
  return [0.5, 0.99].map((share) => ({
    name: `${name}: p${share * 100}`,
    value: quantile(numbers, share),
    unit: 'ms',
  }));
}

function overhead(name, floor, numbers, share) {
  return {
    name: `overhead of a subprocess: ${name}`,
    value: quantile(numbers, share) - quantile(floor, share),
    unit: 'ms',
  };
}

/** A package as it is published: one file of code and what describes it. */
function packageOf(folder) {
  const dir = join(folder, 'package');
  mkdirSync(join(dir, 'dist'), { recursive: true });
  for (const file of ['package.json', 'registry_record.json', 'dist/bundle.js'])
    cpSync(join(WORKER, file), join(dir, file));
  const record = JSON.parse(readFileSync(join(dir, 'registry_record.json'), 'utf8'));
  return { record, dir, run: { program: 'dist/bundle.js' }, snapshots: join(folder, 'snapshots') };
}

async function openHall(folder, name, delivery) {
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

let asked = 0;
async function dispatch(hall, qos_class = 'P2') {
  asked += 1;
  const started = performance.now();
  const { outcome_receipt } = await hall.dispatch({
    capability_id: 'cap.hello.greet',
    env: 'dev',
    data_label: 'PUBLIC',
    tenant_risk: 'low',
    qos_class,
    tenant_id: 'bench',
    correlation_id: `bench-${asked}`,
    request: { name: `Ada ${asked}` },
  });
  if (outcome_receipt?.outcome.status !== 'ok') throw new Error('a dispatch of the bench failed');
  return performance.now() - started;
}

/** In turns, one at a time. */
async function latencies(halls) {
  const measured = halls.map(() => []);
  for (const hall of halls) for (let index = 0; index < 50; index += 1) await dispatch(hall);
  for (let index = 0; index < CALLS; index += 1) {
    for (const [at, hall] of halls.entries()) measured[at].push(await dispatch(hall));
  }
  return measured;
}

/** One urgent call after the other, first alone, then while many others are always under way. */
async function urgentLatencies(hall) {
  const urgent = async () => {
    const measured = [];
    for (let index = 0; index < CALLS; index += 1) measured.push(await dispatch(hall, 'P0'));
    return measured;
  };
  const alone = await urgent();
  let isOver = false;
  let background = 0;
  const flood = Array.from({ length: FLOOD }, async () => {
    while (!isOver) {
      await dispatch(hall, 'P3');
      background += 1;
    }
  });
  const flooded = await urgent();
  isOver = true;
  await Promise.all(flood);
  return [alone, flooded, background];
}
