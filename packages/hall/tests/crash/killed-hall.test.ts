import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signingKeyFromSeed } from '@wcp/evidence/key';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createHall } from '../../src/index.ts';
import { openFileStorage } from '../../src/storage/evidence/storage-client.ts';
import { examine } from './examine.ts';
import { type Acknowledged, runAndKill } from './load.ts';
import { KEY_SEED, ORIGIN } from './names.ts';

/** `npm run test:crash` kills fifty times; this many kills show in every test run that it can. */
const KILLS = Number(process.env['WCP_CRASHES'] ?? 4);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wcp-crash-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test(`A Hall that is killed ${KILLS} times under load loses nothing that it acknowledged, and runs nothing twice.`, {
  timeout: 60_000 + KILLS * 60_000,
}, async () => {
  const known: Acknowledged = { receipts: [], holds: [], approved: [], tried: new Set() };
  for (let round = 0; round < KILLS; round += 1)
    await runAndKill({ folder }, 150 + Math.random() * 600, known);
  // One more start settles what the last kill left open.
  const key = signingKeyFromSeed(KEY_SEED);
  await (await createHall({ file: join(folder, 'store.db'), key, origin: ORIGIN })).close();
  const { store, close } = await openFileStorage(join(folder, 'store.db'), { key, origin: ORIGIN });
  try {
    expect(await examine(store, folder, known)).toEqual([]);
  } finally {
    await close();
  }
  // A test in which nothing happened shows nothing.
  expect(known.receipts.length).toBeGreaterThan(KILLS * 10);
  expect(known.holds.length).toBeGreaterThan(0);
  expect(known.approved.length).toBeGreaterThan(0);
});
