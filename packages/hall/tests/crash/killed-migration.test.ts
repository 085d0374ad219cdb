import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { signingKeyFromSeed } from '@wcp/evidence/key';
import { expect, test } from 'vitest';
import { openLedger } from '../../src/storage/ledger/ledger.ts';
import { openCurrentStore } from '../../src/storage/migration/open-current-store.ts';
import { tempFolder } from '../support/temp-folder.ts';

/** `npm run test:crash` kills fifty times. */
const KILLS = Number(process.env['WCP_CRASHES'] ?? 6);
const PROGRAM = join(import.meta.dirname, 'migration-program.ts');
const EARLIER = gunzipSync(readFileSync(new URL('../storage/migration/store-v3.db.gz', import.meta.url)));

/** From its first moments to long after. */
const MOMENTS_MS = [0, 10, 20, 40, 80, 160, 320];

/** Runs the program and kills it a moment after it began; resolves with what it told. */
async function migrateAndKill(file: string, ms: number): Promise<string> {
  const child = spawn(process.execPath, [PROGRAM, file], { stdio: ['ignore', 'pipe', 'inherit'] });
  let told = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    told += text;
    if (text.includes('begun')) setTimeout(() => child.kill('SIGKILL'), ms);
  });
  await once(child, 'exit');
  return told;
}

/** Every receipt, and the request of every decision. */
async function readAll(file: string): Promise<string[]> {
  const identity = {
    key: signingKeyFromSeed('11'.repeat(32)),
    origin: 'hall.example/log',
    data_keys: `${file}.keys`,
  };
  const store = await openCurrentStore(file, identity);
  try {
    const ledger = await openLedger(store, identity);
    await ledger.check.finish();
    expect(ledger.check.progress.finding).toBeNull();
    const receipts = await ledger.store.list('receipts', { limit: 1_000 });
    const decisions = await ledger.store.list('decisions', { limit: 1_000 });
    await ledger.close();
    return [...receipts.map(({ receipt }) => receipt), ...decisions.map(({ input }) => String(input))];
  } finally {
    await store.close();
  }
}

test(`A store that is killed ${KILLS} times while it is brought up loses nothing, and no copy of it is left.`, {
  timeout: 120_000 + KILLS * 60_000,
}, async () => {
  const folder = tempFolder();
  const file = join(folder, 'store.db');
  writeFileSync(file, EARLIER, { mode: 0o600 });
  const whole = await readAll(file);
  expect(whole.filter((text) => text.includes('ZEBRA'))).toHaveLength(5);
  let cutOff = 0;
  for (let round = 0; round < KILLS; round += 1) {
    const place = join(tempFolder(), 'store.db');
    writeFileSync(place, EARLIER, { mode: 0o600 });
    const told = await migrateAndKill(place, MOMENTS_MS[round % MOMENTS_MS.length] as number);
    cutOff += told.includes('done') ? 0 : 1;
    expect(await readAll(place)).toEqual(whole);
    const left = readdirSync(join(place, '..'));
    expect(left.filter((name) => name.includes('before'))).toEqual([]);
  }
  // Where every kill came too late, nothing was tested.
  expect(cutOff).toBeGreaterThan(0);
});
