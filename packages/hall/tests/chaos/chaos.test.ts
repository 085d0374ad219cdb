import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signingKeyFromSeed } from '@wcp/evidence/key';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createHall } from '../../src/index.ts';
import { openSqliteStore } from '../../src/storage/store/sqlite-store.ts';
import { examineEvidence } from '../crash/examine.ts';
import { KEY_SEED, ORIGIN } from '../crash/names.ts';
import { chaos, type Tally } from './chaos.ts';

/** `npm run test:chaos` goes on for ten minutes; in every test run it is a few seconds. */
const SECONDS = Number(process.env['WCP_CHAOS_SECONDS'] ?? 6);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wcp-chaos-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test(`Workers and Halls are killed for ${SECONDS} s: each dispatch ends once, and nothing runs twice that must not.`, {
  timeout: 180_000 + SECONDS * 5_000,
}, async () => {
  const tally: Tally = { receipts: [], answered: 0, unanswered: 0, killedWorkers: 0, killedHalls: 0 };
  await chaos(folder, SECONDS, tally);
  const key = signingKeyFromSeed(KEY_SEED);
  await (await createHall({ file: join(folder, 'store.db'), key, origin: ORIGIN })).close();
  const store = openSqliteStore(join(folder, 'store.db'));
  try {
    const executions = { once: executionsOf('none'), atLeastOnce: executionsOf('full') };
    expect(await examineEvidence(store, tally.receipts, executions)).toEqual([]);
  } finally {
    await store.close();
  }
  expect(tally.answered).toBeGreaterThan(SECONDS);
  expect(tally.killedWorkers).toBeGreaterThan(0);
  expect(tally.killedHalls).toBeGreaterThan(0);
});

function executionsOf(kind: string): string[] {
  const file = join(folder, `executions-${kind}.txt`);
  return existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : [];
}
