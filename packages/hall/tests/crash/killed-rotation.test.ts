import { type ChildProcess, fork } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { verifyLog } from '@wcp/evidence';
import type { Receipt } from '@wcp/spec';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readKeyFolder } from '../../src/deployment/create/key-folder.ts';
import { LAYOUT } from '../../src/deployment/layout.ts';
import { createHall } from '../../src/index.ts';
import { openSqliteStore } from '../../src/storage/store/sqlite-store.ts';
import { ORIGIN } from './names.ts';

const KILLS = Number(process.env['WCP_CRASHES'] ?? 4);
const PROGRAM = join(import.meta.dirname, 'rotating-hall.ts');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wcp-rotation-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Told {
  readonly decision_id?: string;
  readonly rotated?: string;
}

/** Runs the Hall until it has rotated at least once, and kills it at some moment after that. */
async function runAndKill(told: Told[]): Promise<void> {
  const hall = fork(PROGRAM, [folder], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  let failure = '';
  hall.stderr?.on('data', (text: Buffer) => {
    failure += text;
  });
  const rotated = new Promise<void>((resolve) => {
    hall.on('message', (message: Told) => {
      told.push(message);
      if (message.rotated !== undefined) resolve();
    });
  });
  await Promise.race([rotated, ended(hall).then(() => Promise.reject(new Error(failure)))]);
  await sleep(Math.random() * 60);
  const gone = ended(hall);
  hall.kill('SIGKILL');
  await gone;
}

function ended(hall: ChildProcess): Promise<void> {
  return new Promise((resolve) => hall.once('exit', () => resolve()));
}

async function readLog() {
  const store = openSqliteStore(join(folder, LAYOUT.store));
  try {
    const rows = await store.list('receipts', { limit: 1_000_000 });
    const notes = await store.list('checkpoints', { limit: 1_000_000 });
    return {
      receipts: rows.map(({ receipt }) => JSON.parse(receipt) as Receipt),
      checkpoints: notes.map(({ note }) => note),
    };
  } finally {
    await store.close();
  }
}

test(`A Hall that is killed ${KILLS} times while its key changes has the old key or the new one, and every receipt it acknowledged.`, {
  timeout: 60_000 + KILLS * 60_000,
}, async () => {
  const told: Told[] = [];
  let first: string | undefined;
  for (let round = 0; round < KILLS; round += 1) {
    await runAndKill(told);
    const { receipts, checkpoints } = await readLog();
    first ??= await firstKeyOf(receipts);
    expect(
      verifyLog({
        receipts,
        checkpoints,
        origin: ORIGIN,
        keys: { [receipts[0]?.signing_key_id as string]: first },
      }).findings,
    ).toEqual([]);
    const decided = new Set(receipts.map(({ decision_id }) => decision_id));
    expect(
      told.flatMap(({ decision_id = null }) =>
        decision_id === null || decided.has(decision_id) ? [] : [decision_id],
      ),
    ).toEqual([]);
    const keys = new Set(receipts.flatMap(({ key }) => (key?.action === 'rotate' ? [key.key_id] : [])));
    expect(
      told.flatMap(({ rotated = null }) => (rotated === null || keys.has(rotated) ? [] : [rotated])),
    ).toEqual([]);
  }
  const { key, next, store_key } = (await readKeyFolder(folder, ORIGIN)) ?? {};
  if (key === undefined || store_key === undefined) throw new Error('The keys are gone.');
  const files = { file: join(folder, LAYOUT.store), mark: join(folder, LAYOUT.mark), origin: ORIGIN };
  const hall = await createHall({ ...files, key, store_key, ...(next && { next }) });
  await hall.close();
  expect(told.filter(({ rotated }) => rotated !== undefined).length).toBeGreaterThanOrEqual(KILLS);
  expect(
    readdirSync(join(folder, 'keys')).filter((name) => name.endsWith('.pem') && name !== 'next-key.pem'),
  ).toEqual(['hall-key.pem']);
  expect(existsSync(join(folder, LAYOUT.storeKey))).toBe(true);
});

/** The first key is nowhere any more once it was replaced: the proof of what it signed is in the first rotation. */
async function firstKeyOf(receipts: readonly Receipt[]): Promise<string> {
  const id = receipts[0]?.signing_key_id as string;
  const store = openSqliteStore(join(folder, LAYOUT.store));
  try {
    const row = await store.get('meta', 'log-keys');
    const [term] = JSON.parse(row?.document ?? '[]') as { key_id: string; public_key: string }[];
    expect(term?.key_id).toBe(id);
    return term?.public_key as string;
  } finally {
    await store.close();
  }
}
