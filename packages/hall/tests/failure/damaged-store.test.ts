import { fork } from 'node:child_process';
import {
  copyFileSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { generateSigningKey } from '@wcp/evidence';
import { signingKeyFromSeed } from '@wcp/evidence/key';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { createHall } from '../../src/index.ts';
import { KEY_SEED } from '../crash/names.ts';
import { countingWorker, RULES, request } from './support.ts';

/** The size of a page of the store. */
const PAGE = 16_384;
const key = generateSigningKey();
let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wcp-damaged-'));
  file = join(folder, 'store.db');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = (overrides: object = {}) => {
  const { delivery, executed } = countingWorker();
  const options = {
    file,
    key,
    origin: 'failure.test/log',
    rules: RULES,
    workers: [{ delivery }],
    ...overrides,
  };
  return { hall: createHall(options), executed };
};
const refused = (pattern: RegExp, code = 'ERR_WCP_STORE') => ({
  code,
  message: expect.stringMatching(pattern),
});

const MANY = 120;
/** A store with many dispatches, filled once: each test damages a copy of its own. */
let template: string;
beforeAll(async () => {
  template = mkdtempSync(join(tmpdir(), 'wcp-damaged-template-'));
  file = join(template, 'store.db');
  const hall = await open().hall;
  for (let index = 0; index < MANY; index += 1) await hall.dispatch(request(index, 500));
  await hall.close();
});
afterAll(() => rmSync(template, { recursive: true, force: true }));

function fill(): void {
  // Closed, a store is one file, beside the data keys of its payloads.
  expect(readdirSync(template).sort()).toEqual(['store.db', 'store.db.keys']);
  copyFileSync(join(template, 'store.db'), file);
}

/** Changes the file behind the Hall's back, as an intruder would. */
function change(sql: string): void {
  const database = new DatabaseSync(file);
  database.exec(sql);
  database.close();
}

test('A store that another process holds is refused, and opens once that process is gone.', async () => {
  const holder = fork(join(import.meta.dirname, '..', 'crash', 'hall-program.ts'), [folder], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  await new Promise((resolve) => holder.once('message', resolve));
  await expect(open().hall).rejects.toMatchObject(refused(/in use by another process/));
  const gone = new Promise((resolve) => holder.once('exit', resolve));
  holder.kill('SIGKILL');
  await gone;
  const holders = { key: signingKeyFromSeed(KEY_SEED), origin: 'crash.test/log' };
  await (await open(holders).hall).close();
});

test.each([
  ['in the middle of the file', (size: number) => Math.floor(size / 2)],
  ['in the second page', () => PAGE],
  ['in the header', () => 0],
])('A page that is corrupted %s is detected, and nothing is changed.', async (_, placeIn) => {
  fill();
  const handle = openSync(file, 'r+');
  writeSync(
    handle,
    Buffer.alloc(PAGE, 0xa5),
    0,
    PAGE,
    Math.floor(placeIn(statSync(file).size) / PAGE) * PAGE,
  );
  const before = readFileSync(file);
  await expect(open().hall).rejects.toMatchObject(refused(/damaged/));
  expect(readFileSync(file).equals(before)).toBe(true);
});

test('A truncated file is detected.', async () => {
  fill();
  truncateSync(file, Math.floor(statSync(file).size / 2 / PAGE) * PAGE);
  await expect(open().hall).rejects.toMatchObject(refused(/damaged/));
});

test('A file that is not a database, and a database that is not that of a Hall, are refused.', async () => {
  writeFileSync(file, 'not a database, but long enough to be taken for one'.repeat(100));
  await expect(open().hall).rejects.toMatchObject(refused(/not a database|damaged/));
  rmSync(file);
  change('CREATE TABLE other (id INTEGER)');
  await expect(open().hall).rejects.toMatchObject(refused(/not that of a Hall/));
});

test.each([
  [
    'a changed receipt',
    "UPDATE receipts SET receipt = replace(receipt, 'ALLOW', 'DENY') WHERE position = (SELECT max(position) FROM receipts)",
    /the row 240 of receipts/,
  ],
  [
    'a receipt that is missing at the end',
    'DELETE FROM receipts WHERE position = (SELECT max(position) FROM receipts)',
    /heads of its streams|end of the log/,
  ],
  ['a head of a stream that was set back', 'UPDATE heads SET seq = seq - 1', /the row "tenant-a" of heads/],
  [
    'a leaf far back that was changed',
    'UPDATE receipts SET leaf = zeroblob(32) WHERE position = 3',
    /the row 3 of receipts/,
  ],
])('The Hall detects %s before it adds anything to the log.', async (_, sql, pattern) => {
  fill();
  change(sql);
  await expect(open().hall).rejects.toMatchObject(refused(pattern, 'ERR_WCP_STORE_TAMPERED'));
});

test('The store of another log is refused.', async () => {
  fill();
  await expect(open({ origin: 'other.test/log' }).hall).rejects.toMatchObject(refused(/another log/));
});

test('A store of a newer version is refused.', async () => {
  fill();
  change('PRAGMA user_version=99');
  await expect(open().hall).rejects.toMatchObject(refused(/version 99/));
});

test('While the clock is behind the recorded evidence nothing is decided, in this process or the next.', async () => {
  let now = Date.parse('2026-06-01T12:00:00Z');
  const { hall: opening, executed } = open({ now: () => now });
  const hall = await opening;
  await hall.dispatch(request(1));
  now -= 500;
  await hall.dispatch(request(2));
  now -= 3_600_000;
  await expect(hall.dispatch(request(3))).rejects.toMatchObject({ code: 'ERR_WCP_CLOCK' });
  await expect(hall.route(request(3))).rejects.toMatchObject({ code: 'ERR_WCP_CLOCK' });
  expect((await hall.app.inject('/wcp/health')).json()).toMatchObject({
    troubles: [{ code: 'CLOCK_WENT_BACK' }],
  });
  expect(executed).toHaveLength(2);
  await hall.close();

  const next = open({ now: () => now });
  const restarted = await next.hall;
  await expect(restarted.dispatch(request(4))).rejects.toMatchObject({ code: 'ERR_WCP_CLOCK' });
  now += 3_700_000;
  expect((await restarted.dispatch(request(5))).decision.outcome).toBe('DISPATCH');
  expect(next.executed).toHaveLength(1);
  await restarted.close();
});
