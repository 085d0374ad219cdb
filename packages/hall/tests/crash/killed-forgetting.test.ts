import { fork } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signingKeyFromSeed } from '@wcp/evidence/key';
import { canonicalJson, type Receipt } from '@wcp/spec';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { assembleHall } from '../../src/hall/create-hall.ts';
import { readDecisionRecord } from '../../src/storage/decision-record.ts';
import type { Store } from '../../src/storage/store/store.ts';
import { examineEvidence } from './examine.ts';
import { KEY_SEED, ORIGIN } from './names.ts';

/** `npm run test:crash` kills fifty times; this many kills show in every test run that it can. */
const KILLS = Number(process.env['WCP_CRASHES'] ?? 6);

/** What a Hall told before it was killed. */
interface Told {
  readonly decided?: readonly string[];
  readonly forgetting?: object;
  readonly forgotten?: Receipt;
  readonly isDone?: boolean;
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wcp-forget-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Starts a Hall that forgets, and kills it within one of its three forgettings, or soon after it. */
async function killed(round: number): Promise<Told[]> {
  const told: Told[] = [];
  const child = fork(join(import.meta.dirname, 'forget-program.ts'), [folder, String(round)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const kill = () => child.kill('SIGKILL');
  let begun = 0;
  child.on('message', (message: Told) => {
    told.push(message);
    if (message.isDone === true) kill();
    if (message.forgetting === undefined) return;
    begun += 1;
    // A different one each time, from its first moments to long after.
    if (begun === 1 + (round % 3)) setTimeout(kill, Math.random() * 40);
  });
  await new Promise((resolve) => child.once('exit', resolve));
  return told;
}

function files(): Map<string, Buffer> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const found = names.filter((name) => statSync(join(folder, name)).isFile());
  return new Map(found.map((name) => [name, readFileSync(join(folder, name))]));
}

/** Whether each decision is held exactly where no receipt says that it was forgotten. */
async function wrongPayloads(store: Store, receipts: readonly Receipt[]): Promise<string[]> {
  const erasures = receipts.flatMap(({ erasure }) => erasure ?? []);
  const wrong: string[] = [];
  for (const [position, receipt] of receipts.entries()) {
    if (receipt.kind !== 'decision') continue;
    const isForgotten = erasures.some(
      ({ below, tenant_id, decision_id }) =>
        position < below &&
        (tenant_id === null || tenant_id === receipt.stream) &&
        (decision_id === null || decision_id === receipt.decision_id),
    );
    const isHeld = (await readDecisionRecord(store, position)) !== null;
    if (isHeld === isForgotten) wrong.push(`${receipt.stream} ${position} is ${isHeld ? '' : 'not '}held`);
  }
  return wrong;
}

test(`A Hall that is killed ${KILLS} times while it forgets loses nothing else and leaves nothing half done.`, {
  timeout: 120_000 + KILLS * 60_000,
}, async () => {
  const told: Told[] = [];
  for (let round = 0; round < KILLS; round += 1) told.push(...(await killed(round)));
  const options = { file: join(folder, 'store.db'), mark: join(folder, 'mark.json'), origin: ORIGIN };
  const hall = await assembleHall({ ...options, key: signingKeyFromSeed(KEY_SEED) });
  try {
    const { storage, retention } = hall.parts;
    const { store } = storage;
    await retention.keep();
    const rows = await store.list('receipts', { limit: 1_000_000 });
    const receipts = rows.map(({ receipt }) => JSON.parse(receipt) as Receipt);
    expect(await examineEvidence(store, [], { once: [], atLeastOnce: [] })).toEqual([]);
    const kept = new Set(rows.map(({ receipt }) => receipt));
    for (const { forgotten } of told) if (forgotten) expect(kept.has(canonicalJson(forgotten))).toBe(true);
    const made = new Set(receipts.map(({ decision_id }) => decision_id));
    expect(told.flatMap(({ decided = [] }) => decided).filter((id) => !made.has(id))).toEqual([]);
    expect(await wrongPayloads(store, receipts)).toEqual([]);
    expect(await store.list('erasures', { where: { state: 'open' } })).toEqual([]);
    const gone = new Set(
      receipts.flatMap(({ erasure }) => (erasure?.scope === 'tenant' ? [erasure.tenant_id] : [])),
    );
    const keys = [...files()].flatMap(([name, text]) =>
      name.startsWith('store.db.keys/') && name.endsWith('.json')
        ? [JSON.parse(text.toString()).tenant_id]
        : [],
    );
    expect(keys.filter((tenant) => gone.has(tenant))).toEqual([]);
    // A test in which nothing was cut off shows nothing.
    expect(gone.size).toBeGreaterThan(0);
    expect(told.filter(({ forgetting }) => forgetting).length).toBeGreaterThan(
      told.filter(({ forgotten }) => forgotten).length,
    );
  } finally {
    await hall.close();
  }
  expect([...files()].filter(([, content]) => content.includes('ZEBRA')).map(([name]) => name)).toEqual([]);
});
