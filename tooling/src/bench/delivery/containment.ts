import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Delivery, DeliveryCall } from '@wcp/hall';
import { type Sha256, sha256 } from '@wcp/spec';
import { quantileSamples } from '../measure.ts';
import { type BenchRow, sampledRow } from '../row.ts';
import { copyHelloPackage } from './hello-package.ts';

const CALLS = 1_000;
const STARTS = 25;
const ISOLATIONS = ['declared', 'contained'] as const;
type Isolation = (typeof ISOLATIONS)[number];
type Times = Readonly<Record<Isolation, number[]>>;

/** What holding a worker to its envelope costs beside the same worker without it: warm calls, and starts. */
export async function containmentRows(): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'wcp-bench-containment-'));
  try {
    const open = copyHelloPackage(folder);
    return [...(await warmRows(open)), ...(await startRows(open))];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

type Open = ReturnType<typeof copyHelloPackage>;

/** One call after the other, in turns. */
async function warmRows(open: Open): Promise<BenchRow[]> {
  const ways = ISOLATIONS.map((isolation) => ({ isolation, delivery: open(isolation) }));
  const times: Times = { declared: [], contained: [] };
  try {
    for (const { delivery } of ways) for (let index = 0; index < 50; index += 1) await call(delivery);
    for (let index = 0; index < CALLS; index += 1) {
      for (const { isolation, delivery } of ways) times[isolation].push(await call(delivery));
    }
  } finally {
    await Promise.all(ways.map(({ delivery }) => delivery.close()));
  }
  const at = (share: number) => beside(`contained: warm call, p${share * 100}`, times, share);
  return [...at(0.5), ...at(0.99)];
}

/** The first call of a new process, in turns; the package has been read before. */
async function startRows(open: Open): Promise<BenchRow[]> {
  const times: Times = { declared: [], contained: [] };
  for (let round = -1; round < STARTS; round += 1) {
    for (const isolation of ISOLATIONS) {
      const delivery = open(isolation);
      const taken = await call(delivery);
      await delivery.close();
      if (round >= 0) times[isolation].push(taken);
    }
  }
  return beside('contained: start and first call, p50', times, 0.5);
}

/** The time with and without, and what the difference is. */
function beside(name: string, { declared, contained }: Times, share: number): BenchRow[] {
  const [floor, samples] = [quantileSamples(declared, share), quantileSamples(contained, share)];
  const added = samples.map((each, index) => each - (floor[index] ?? Number.NaN));
  return [sampledRow(name, 'ms', samples, floor), sampledRow(`${name}, added`, 'ms', added)];
}

let sent = 0;

/** Milliseconds of one call. */
async function call(delivery: Delivery): Promise<number> {
  sent += 1;
  const given: DeliveryCall = {
    context: {
      correlation_id: `bench-${sent}`,
      tenant_id: 'bench',
      env: 'dev',
      data_label: 'PUBLIC',
      qos_class: 'P2',
      capability_id: 'cap.hello.greet',
      policy_version: 'policy.bench',
      decision_id: sha256(`bench-${sent}`),
      worker_id: delivery.record.worker_id,
      deadline: null,
    },
    request: { name: `Ada ${sent}` },
    code_hash: (await delivery.observe()) as Sha256,
    envelope: delivery.record.privilege_envelope ?? null,
    permit: null,
    timeout_ms: 60_000,
  };
  const started = performance.now();
  const { status } = await delivery.deliver(given);
  if (status !== 'ok') throw new Error('A call of the bench failed.');
  return performance.now() - started;
}
