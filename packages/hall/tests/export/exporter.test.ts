import { appendFileSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateSigningKey } from '@wcp/evidence';
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { HallClock } from '../../src/base/hall-clock.ts';
import { exportStateChange, refusedChange, refusedReceipts } from '../../src/export/export-state.ts';
import type { ExportOptions } from '../../src/export/export-target.ts';
import { type Exports, openExports } from '../../src/export/exports.ts';
import { fileTarget } from '../../src/export/file-target.ts';
import { type OpenLedger, openLedger } from '../../src/storage/ledger/ledger.ts';
import { createMemoryStore } from '../../src/storage/store/memory-store.ts';
import { plainEntry } from '../storage/ledger/plain-entry.ts';
import { Receiver, SECRET } from '../support/receiver.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { waitFor } from '../support/wait-for.ts';

const key = generateSigningKey();
let ledger: OpenLedger;
let exports: Exports | null;
let offset: number;
const logged: string[] = [];

const AT = '2026-01-01T00:00:00.000Z';

beforeEach(async () => {
  ledger = await openLedger(createMemoryStore(), { key, origin: 'hall.example/log' });
  exports = null;
  offset = 0;
  logged.length = 0;
  await append(3);
});
afterEach(async () => {
  await exports?.close();
  await ledger.close();
});

const append = (count: number) => ledger.append(Array.from({ length: count }, () => plainEntry('tenant-1')));

async function open(row: Omit<ExportOptions, 'name' | 'form'> & Partial<ExportOptions>): Promise<void> {
  await exports?.close();
  exports = await openExports([{ name: 'siem', form: 'cloudevents', ...row }], {
    origin: 'hall.example/log',
    store: ledger.store,
    commit: (changes) => ledger.append([{ changes }]),
    size: async () => (await ledger.head()).size,
    signer: () => ({ ...key, keyId: key.keyId, publicKey: key.publicKey, sign: (data) => key.sign(data) }),
    isSender: () => true,
    clock: new HallClock(() => Date.now() + offset),
    log: (level, message) => logged.push(`${level} ${message}`),
  });
}

const status = () => exports?.statuses[0];
const caughtUp = () =>
  waitFor('the export to catch up', () => status()?.lag === 0 && status()?.failure === null);
/** The positions in the bodies that a receiver got and took. */
const positionsIn = (body: string) =>
  (JSON.parse(body) as { sequence: string }[]).map(({ sequence }) => Number(sequence));
/** Lets the time until the next attempt pass, as often as it takes. */
const patiently = (what: string, isSo: () => boolean) =>
  waitFor(
    what,
    () => {
      offset += 1_000_000;
      return isSo();
    },
    20_000,
  );

describe('an export over HTTP', () => {
  test('sends each receipt once, in the order of the log, and goes on where it ended.', async () => {
    const receiver = await Receiver.open();
    await open({ target: { url: receiver.url, batch: 2 } });
    await caughtUp();
    await append(2);
    await open({ target: { url: receiver.url, batch: 2 } });
    await caughtUp();
    expect(receiver.got.map(({ body }) => positionsIn(body))).toEqual([[0, 1], [2], [3, 4]]);
    expect(receiver.got[0]?.headers['content-type']).toBe('application/cloudevents-batch+json');
  });

  test('sends again what was not taken, and says so while it lasts.', async () => {
    const receiver = await Receiver.open();
    receiver.statuses.push(503, 503, 503, 503, 200);
    await open({ target: { url: receiver.url } });
    await patiently('trouble', () => (exports?.findings().length ?? 0) > 0);
    expect(exports?.findings()[0]?.code).toBe('EXPORT_HELD_UP');
    await patiently('the last attempt', () => status()?.lag === 0);
    expect(exports?.findings()).toEqual([]);
    expect(positionsIn(receiver.got.at(-1)?.body ?? '[]')).toEqual([0, 1, 2]);
    expect(logged.filter((line) => line.includes('held up: HTTP 503'))).toHaveLength(1);
  });

  test('finds the one receipt that is refused, and does without it alone.', async () => {
    const receiver = await Receiver.open();
    // The batch of three; then 0 is taken, 1 is refused five times, and 2 is taken.
    receiver.statuses.push(422, 200, 422, 422, 422, 422, 422, 200);
    await open({ target: { url: receiver.url } });
    await patiently('the rest to be taken', () => status()?.lag === 0);
    expect(await refusedReceipts(ledger.store, 'siem')).toEqual([
      { name: 'siem', position: 1, reason: 'HTTP 422', at: expect.any(String) },
    ]);
    expect(exports?.findings().map(({ code }) => code)).toEqual(['EXPORT_REFUSED']);
    expect(status()).toMatchObject({ refused: 1, next: 3 });
  });

  describe('with refused receipts', () => {
    let receiver: Receiver;
    const positions = async () =>
      (await refusedReceipts(ledger.store, 'siem')).map(({ position }) => position);

    beforeEach(async () => {
      receiver = await Receiver.open();
      const refused = [0, 1, 2].map((position) =>
        refusedChange({ name: 'siem', position, reason: 'HTTP 422', at: AT }),
      );
      const changes = [exportStateChange('siem', { next: 3, refused: 3 }, AT), ...refused];
      await ledger.append([{ changes }]);
      await open({ target: { url: receiver.url } });
    });

    test('sends those that it is told to once more, and no longer counts what is taken.', async () => {
      receiver.statuses.push(200, 413);
      expect(await exports?.retry('siem', [2, 0])).toEqual({
        sent: [2],
        refused: [{ position: 0, reason: 'HTTP 413' }],
        failure: null,
      });
      expect(receiver.got.map(({ body }) => positionsIn(body))).toEqual([[2], [0]]);
      expect(status()).toMatchObject({ refused: 2, next: 3, failure: null });
      expect(await refusedReceipts(ledger.store, 'siem')).toMatchObject([
        { position: 0, reason: 'HTTP 413' },
        { position: 1, reason: 'HTTP 422' },
      ]);
      expect(await exports?.retry('siem', [0, 1])).toMatchObject({ sent: [0, 1] });
      expect(exports?.findings()).toEqual([]);
      await open({ target: { url: receiver.url } });
      expect(status()).toMatchObject({ refused: 0, next: 3 });
    });

    test('stops trying where the target is away, and loses none of them.', async () => {
      receiver.statuses.push(200, 503);
      expect(await exports?.retry('siem', [0, 1, 2])).toEqual({
        sent: [0],
        refused: [],
        failure: 'HTTP 503',
      });
      expect(await positions()).toEqual([1, 2]);
    });

    test('sends a receipt once to two who ask for it at once, and goes on with the log meanwhile.', async () => {
      await append(1);
      const both = await Promise.all([exports?.retry('siem', [1]), exports?.retry('siem', [1])]);
      expect(both).toMatchObject([{ sent: [1] }, { sent: [1] }]);
      await waitFor('the new one', () => status()?.next === 4);
      expect(receiver.got.map(({ body }) => positionsIn(body)).toSorted()).toEqual([[1], [3]]);
      expect(status()).toMatchObject({ refused: 2, next: 4 });
    });

    test('is known by its name alone.', () => {
      expect(exports?.retry('other', [1])).toBeNull();
    });

    test('lists them in pages, apart from those of an export with a longer name.', async () => {
      const other = { name: 'siem-2', position: 0, reason: 'HTTP 400', at: AT };
      await ledger.append([{ changes: [refusedChange(other)] }]);
      const page = await refusedReceipts(ledger.store, 'siem', { after: 0, limit: 1 });
      expect(page).toMatchObject([{ name: 'siem', position: 1 }]);
      expect(await positions()).toEqual([0, 1, 2]);
      expect(await refusedReceipts(ledger.store, 'siem-2')).toEqual([other]);
    });
  });

  test('is signed and bears a token where it is told to.', async () => {
    const receiver = await Receiver.open();
    await open({ target: { url: receiver.url, secret: SECRET, bearer: 'a-token' } });
    await caughtUp();
    const [request] = receiver.got;
    expect(request?.headers.authorization).toBe('Bearer a-token');
    expect(
      new Webhook(SECRET).verify(request?.body ?? '', request?.headers as Record<string, string>),
    ).toHaveLength(3);
    expect(request?.headers['webhook-id']).toBe('siem-0-3');
  });

  test('never follows a redirection, which would carry the token elsewhere.', async () => {
    const receiver = await Receiver.open();
    receiver.statuses.push(302);
    await open({ target: { url: receiver.url, bearer: 'a-token' } });
    await waitFor('the failure', () => status()?.failure !== null);
    expect(receiver.got).toHaveLength(1);
    expect(status()?.lag).toBe(3);
  });

  test('begins now where nobody wants what was before.', async () => {
    const receiver = await Receiver.open();
    await open({ target: { url: receiver.url }, from: 'now' });
    await append(1);
    await caughtUp();
    await waitFor('the new one', () => receiver.got.length > 0);
    expect(receiver.got.map(({ body }) => positionsIn(body))).toEqual([[3]]);
  });

  test('posts SCITT statements one by one, as COSE.', async () => {
    const receiver = await Receiver.open();
    await open({ form: 'scitt', target: { url: receiver.url } });
    await caughtUp();
    expect(receiver.got.map(({ headers }) => headers['content-type'])).toEqual(
      Array(3).fill('application/cose'),
    );
  });

  test('never skips a receipt that the store no longer has.', async () => {
    const receiver = await Receiver.open();
    const list = ledger.store.list.bind(ledger.store);
    ledger.store.list = async (table, query) =>
      (await list(table, query)).slice(table === 'receipts' ? 1 : 0);
    await open({ target: { url: receiver.url } });
    await waitFor('the failure', () => status()?.failure !== null);
    expect(receiver.got).toEqual([]);
    expect(status()?.next).toBe(0);
  });
});

describe('an export to a file', () => {
  const linesOf = (path: string) => readFileSync(path, 'utf8').trimEnd().split('\n');

  test('appends one line a receipt, for the owner alone.', async () => {
    const path = join(tempFolder(), 'siem.jsonl');
    await open({ form: 'ocsf', target: { path } });
    await caughtUp();
    expect(linesOf(path).map((line) => JSON.parse(line).metadata.sequence)).toEqual([0, 1, 2]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test('cuts off a line that a kill has torn.', async () => {
    const path = join(tempFolder(), 'siem.jsonl');
    writeFileSync(path, `{"whole":1}\n{"torn":"${'x'.repeat(100_000)}`);
    await open({ target: { path } });
    await caughtUp();
    expect(linesOf(path).map((line) => Object.keys(JSON.parse(line))[0])).toEqual([
      'whole',
      'specversion',
      'specversion',
      'specversion',
    ]);
  });

  test('sets full files aside and keeps as many as it is told.', async () => {
    const dir = tempFolder();
    const target = fileTarget({ path: join(dir, 'siem.jsonl'), max_bytes: 20, keep: 2 });
    const { signal } = new AbortController();
    for (let position = 0; position < 5; position += 1)
      await target.send({ position, documents: [{ position }] }, signal);
    await target.close();
    expect(readdirSync(dir).toSorted()).toEqual(['siem.jsonl', 'siem.jsonl.1', 'siem.jsonl.2']);
    expect(linesOf(join(dir, 'siem.jsonl.2'))).toEqual(['{"position":2}']);
    expect(linesOf(join(dir, 'siem.jsonl'))).toEqual(['{"position":4}']);
  });

  test('waits for a folder that is not there.', async () => {
    const path = join(tempFolder(), 'gone', 'siem.jsonl');
    await open({ target: { path } });
    await waitFor('the failure', () => status()?.failure !== null);
    expect(status()?.lag).toBe(3);
  });

  test('does not follow a link.', async () => {
    const dir = tempFolder();
    const elsewhere = join(dir, 'elsewhere');
    appendFileSync(elsewhere, '');
    symlinkSync(elsewhere, join(dir, 'siem.jsonl'));
    await open({ target: { path: join(dir, 'siem.jsonl') } });
    await waitFor('the failure', () => status()?.failure !== null);
    expect(readFileSync(elsewhere, 'utf8')).toBe('');
  });
});
