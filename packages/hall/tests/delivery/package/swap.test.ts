import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hashFiles } from '@wcp/evidence';
import { expect, onTestFinished, test } from 'vitest';
import { packageDelivery } from '../../../src/delivery/package/package-delivery.ts';
import { record } from '../case-worker.ts';
import { callOf, temporaryFolder } from '../support.ts';

/** A worker that starts at once. Both have the same size. */
const workerThatSays = (word: string) => `read -r line
id=$(expr "$line" : '{"id":"\\([^"]*\\)"')
echo '{"id":"'$id'","status":"ok","result":"${word}","telemetry":[],"evidence":[],"deny_reason":null}'
`;
const GOOD = workerThatSays('good');
const EVIL = workerThatSays('evil');
const STARTS = process.env['WCP_DEEP'] === undefined ? 200 : 1_000;

/** Lets another process write the good and the evil program in turn, as fast as it can. */
async function startSwapping(file: string): Promise<void> {
  const swapper = spawn(
    process.execPath,
    [
      '-e',
      `const { renameSync, writeFileSync } = require('node:fs');
       const [file, ...programs] = process.argv.slice(1);
       console.log('ready');
       for (let n = 0; ; n += 1) {
         if (n % 2) writeFileSync(file, programs[(n >> 1) % 2]);
         else { writeFileSync(file + '.next', programs[(n >> 1) % 2]); renameSync(file + '.next', file); }
         Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, (n % 5) / 2);
       }`,
      file,
      EVIL,
      GOOD,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  onTestFinished(() => {
    swapper.kill('SIGKILL');
  });
  await once(swapper.stdout, 'data');
}

test('A package that is swapped between its hash and its start never runs as another.', {
  timeout: 300_000,
}, async () => {
  const dir = await temporaryFolder();
  const snapshots = join(await temporaryFolder(), 'snapshots');
  const file = join(dir, 'worker.sh');
  await writeFile(file, GOOD);
  const code_hash = hashFiles([{ path: 'worker.sh', content: GOOD }]);
  await startSwapping(file);
  const counts = { good: 0, refused: 0, late: 0, observedEvil: 0 };
  const others: unknown[] = [];
  const delivery = packageDelivery({
    record,
    dir,
    run: { command: ['/bin/sh', 'worker.sh'] },
    snapshots,
    // The race is for the bytes; a contained program has no shell.
    isolation: 'declared',
    // A new process for each call.
    limits: { calls: 1 },
  });
  onTestFinished(() => delivery.close());
  for (let start = 0; start < STARTS; start += 1) {
    // Without the copy it has to be taken while the swapping goes on.
    if (start % 2 === 0) await rm(snapshots, { recursive: true, force: true });
    const observed = await delivery.observe().catch(() => null);
    if (observed !== code_hash) counts.observedEvil += 1;
    const { result, code } = await delivery.deliver(callOf({}, { code_hash }));
    if (code === 'DELIVERY_CODE_CHANGED') counts.refused += 1;
    else if (result?.result === 'good') counts.good += 1;
    // A machine that is busy with other things may take longer than a call may.
    else if (result === null && code === 'DELIVERY_TIMEOUT') counts.late += 1;
    else others.push({ result, code });
  }
  expect(others).toEqual([]);
  expect(counts.good + counts.refused + counts.late).toBe(STARTS);
  // The swaps were real: they hit whoever runs the package itself, and the copying of it.
  expect(counts.good).toBeGreaterThan(STARTS / 10);
  expect(counts.refused).toBeGreaterThan(STARTS / 100);
  expect(counts.observedEvil).toBeGreaterThan(STARTS / 100);
  expect(runsEvilSoon(dir)).toBe(true);
  expect((await readdir(snapshots).catch(() => [])).filter((name) => name.startsWith('.'))).toEqual([]);
});

/** Whether whoever runs the package itself gets the evil program; on a busy machine the swaps are few. */
function runsEvilSoon(dir: string): boolean {
  for (let run = 0; run < 1_000; run += 1) if (runFromSource(dir).includes('evil')) return true;
  return false;
}

function runFromSource(dir: string): string {
  return spawnSync('/bin/sh', ['worker.sh'], { cwd: dir, input: '{"id":"1"}\n', encoding: 'utf8' }).stdout;
}
