import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { signingKeyFromSeed } from '@wcp/evidence/key';
import { expect, test } from 'vitest';
import { createHall } from '../../src/index.ts';
import { openPostgresStorage } from '../../src/storage/evidence/storage-client.ts';
import { hasPostgres, startPostgres } from '../support/postgres-server.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { waitFor } from '../support/wait-for.ts';
import { examine } from './examine.ts';
import { type Acknowledged, approve, ask, bearer, repeat, type Started, startHall } from './load.ts';
import { BUDGETS, KEY_SEED, LEASE_MS, ORIGIN } from './names.ts';

/** `npm run test:crash` kills fifty times; this many kills show in every test run that it can. */
const KILLS = Number(process.env['WCP_CRASHES'] ?? 4);
const HALLS = 3;
/** Requests that share an `Idempotency-Key`, at different Halls. */
const SAME = 4;

/** The same request with the same key, at whichever Hall: what each answer says was decided, by key. */
class KeyedRequests {
  readonly decided = new Map<string, Set<string>>();
  #sent = 0;

  async send({ url, tenants }: Started): Promise<void> {
    const key = `key-${Math.floor(this.#sent / SAME)}`;
    this.#sent += 1;
    const body = JSON.stringify({
      capability_id: 'cap.doc.summarize',
      env: 'dev',
      data_label: 'PUBLIC',
      tenant_risk: 'low',
      qos_class: 'P2',
      tenant_id: 'tenant-b',
      correlation_id: key,
      request: { key },
    });
    const headers = { ...bearer(tenants[1]), 'idempotency-key': key };
    const response = await fetch(`${url}/wcp/dispatch`, { method: 'POST', headers, body });
    if (response.status !== 200 && response.status !== 403) return;
    const { decision } = (await response.json()) as { decision: { decision_id: string } };
    this.decided.set(key, (this.decided.get(key) ?? new Set()).add(decision.decision_id));
  }
}

test.runIf(hasPostgres)(
  `${HALLS} Halls on one database, of which one or the database is killed ${KILLS} times under load, lose nothing and do nothing twice.`,
  { timeout: 120_000 + KILLS * 60_000 },
  async () => {
    const server = await startPostgres();
    const folder = tempFolder();
    const known: Acknowledged = { receipts: [], holds: [], approved: [], tried: new Set() };
    const keyed = new KeyedRequests();
    const place = { folder, database: server.url, isShared: true };
    const halls = [await startHall(place), await startHall(place), await startHall(place)];
    const some = () => halls[Math.floor(Math.random() * HALLS)] as Started;
    let isOver = false;
    const over = () => isOver;
    const load = [
      ...Array.from({ length: 9 }, (_, index) =>
        repeat(over, () => ask(halls[index % HALLS] as Started, index, known)),
      ),
      ...Array.from({ length: 3 }, () => repeat(over, () => approve(some(), known))),
      ...Array.from({ length: 4 }, () => repeat(over, () => keyed.send(some()))),
      repeat(over, () =>
        fetch(`${some().url}/wcp/checkpoint`, { headers: bearer(some().steward) }).then((r) => r.text()),
      ),
    ];
    const underLoad = () => {
      const before = known.receipts.length;
      const isSo = () => known.receipts.length >= before + 30;
      return waitFor('the Halls to be under load', isSo, 120_000).catch((cause) => {
        throw new Error(`${cause.message}; they answered ${known.refusal}`);
      });
    };
    try {
      for (let round = 0; round < KILLS; round += 1) {
        await underLoad();
        if (round % 4 === 3) {
          await server.kill();
          await server.start();
        } else {
          const victim = Math.floor(Math.random() * HALLS);
          const exited = new Promise((resolve) => (halls[victim] as Started).process.once('exit', resolve));
          (halls[victim] as Started).process.kill('SIGKILL');
          await exited;
          halls[victim] = await startHall(place);
        }
      }
      await underLoad();
    } finally {
      isOver = true;
      for (const { process } of halls) process.kill('SIGKILL');
      await Promise.all(load);
    }
    const key = signingKeyFromSeed(KEY_SEED);
    const postgres = { url: server.url, shared: true, lease_ms: LEASE_MS };
    const data_keys = join(folder, 'keys');
    const last = await createHall({
      postgres,
      data_keys,
      key,
      origin: ORIGIN,
      config: { 'x.budgets': BUDGETS },
    });
    const { store, close } = await openPostgresStorage(postgres, { key, origin: ORIGIN, data_keys });
    try {
      // Whoever is left settles what the others had begun, once their lease is over.
      await waitFor('the settling', async () => (await store.count('dispatches')) === 0, 120_000);
      expect(await examine(store, folder, known)).toEqual([]);
    } finally {
      await close();
      await last.close();
    }
    const several = [...keyed.decided].filter(([, decisions]) => decisions.size > 1);
    expect(several).toEqual([]);
    expect(keyed.decided.size).toBeGreaterThan(KILLS);
    expect(readFileSync(join(folder, 'executions.txt'), 'utf8').split('\n').length).toBeGreaterThan(
      KILLS * 10,
    );
    expect(known.receipts.length).toBeGreaterThan(KILLS * 30);
    expect(known.holds.length).toBeGreaterThan(0);
  },
);
