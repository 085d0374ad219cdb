import { signingKeyFromSeed } from '@wcp/evidence/key';
import { expect, test } from 'vitest';
import { createHall } from '../../src/index.ts';
import { openPostgresStorage } from '../../src/storage/evidence/storage-client.ts';
import { hasPostgres, startPostgres } from '../support/postgres-server.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { examine } from './examine.ts';
import { type Acknowledged, runAndKill } from './load.ts';
import { BUDGETS, KEY_SEED, ORIGIN } from './names.ts';

/** `npm run test:crash` kills fifty times; this many kills show in every test run that it can. */
const KILLS = Number(process.env['WCP_CRASHES'] ?? 3);

test.runIf(hasPostgres)(
  `A Hall and its database that are killed ${KILLS} times each under load lose nothing that was acknowledged.`,
  { timeout: 120_000 + KILLS * 120_000 },
  async () => {
    const server = await startPostgres();
    const folder = tempFolder();
    const known: Acknowledged = { receipts: [], holds: [], approved: [], tried: new Set() };
    for (let round = 0; round < KILLS; round += 1) {
      await runAndKill({ folder, database: server.url }, Math.random() * 600, known, async (underLoad) => {
        await server.kill();
        await server.start();
        // The Hall goes on by itself.
        await underLoad();
      });
    }
    const key = signingKeyFromSeed(KEY_SEED);
    const place = { postgres: { url: server.url }, data_keys: `${folder}/keys` };
    const config = { 'x.budgets': BUDGETS };
    await (await createHall({ ...place, key, origin: ORIGIN, config })).close();
    const { store, close } = await openPostgresStorage(place.postgres, {
      key,
      origin: ORIGIN,
      data_keys: place.data_keys,
    });
    try {
      expect(await examine(store, folder, known)).toEqual([]);
    } finally {
      await close();
    }
    expect(known.receipts.length).toBeGreaterThan(KILLS * 10);
    expect(known.holds.length).toBeGreaterThan(0);
  },
);
