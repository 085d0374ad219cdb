import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openKeyFolder } from '../../src/deployment/create/key-folder.ts';
import { LAYOUT } from '../../src/deployment/layout.ts';
import { createHall } from '../../src/index.ts';
import { ORIGIN } from './names.ts';

const KILLS = Number(process.env['WCP_CRASHES'] ?? 4);
const PROGRAM = join(import.meta.dirname, 'exporting-hall.ts');

/** An event of a receipt, as far as this test reads it. */
interface Sent {
  readonly id: string;
  readonly sequence: string;
}

/** What the receiver took, in the order in which it took it. */
const taken: Sent[] = [];
let answers = 0;
/** Takes most of what comes; some it refuses for now, of some it takes the receipts and hangs up before it says so. */
const receiver = createServer(async (request, response) => {
  const parts: Buffer[] = [];
  for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
  answers += 1;
  if (answers % 11 === 0) return void response.writeHead(503).end();
  taken.push(...(JSON.parse(Buffer.concat(parts).toString()) as Sent[]));
  if (answers % 7 === 0) return void request.socket.destroy();
  response.writeHead(204).end();
});

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wcp-export-'));
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  receiver.closeAllConnections();
  receiver.close();
  rmSync(folder, { recursive: true, force: true });
});
const urlOf = () => `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;

const ended = (hall: ChildProcess) => new Promise<void>((resolve) => hall.once('exit', () => resolve()));

/** Runs the Hall until it has decided and sent something, and kills it at some moment after that. */
async function runAndKill(): Promise<void> {
  const before = taken.length;
  const hall = fork(PROGRAM, [folder, urlOf()], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  let failure = '';
  hall.stderr?.on('data', (text: Buffer) => {
    failure += text;
  });
  const gone = ended(hall);
  const isSending = expect
    .poll(() => taken.length, { timeout: 240_000, interval: 20 })
    .toBeGreaterThan(before);
  await Promise.race([isSending, gone.then(() => Promise.reject(new Error(failure)))]);
  await sleep(Math.random() * 200);
  hall.kill('SIGKILL');
  await gone;
}

const fileEvents = (): Sent[] =>
  readFileSync(join(folder, 'receipts.jsonl'), 'utf8')
    .split('\n')
    .flatMap((line) => {
      try {
        return [JSON.parse(line) as Sent];
      } catch {
        return [];
      }
    });

/** What is wrong with a row of events: a receipt that was skipped, or came under another id than before. */
function faults(events: readonly Sent[]): string[] {
  const ids: string[] = [];
  return events.flatMap(({ id, sequence }) => {
    const position = Number(sequence);
    if (position > ids.length) return [`${position} came before ${ids.length}`];
    if (position === ids.length) ids.push(id);
    return ids[position] === id ? [] : [`${position} came again as another`];
  });
}

/** Opens the Hall in this process until both targets have everything. */
async function catchUp(): Promise<{ readonly ids: readonly string[] }> {
  const { key, store_key } = await openKeyFolder(folder, ORIGIN);
  const hall = await createHall({
    file: join(folder, LAYOUT.store),
    mark: join(folder, LAYOUT.mark),
    origin: ORIGIN,
    key,
    store_key,
    exports: [
      { name: 'file', form: 'cloudevents', target: { path: join(folder, 'receipts.jsonl') } },
      { name: 'http', form: 'cloudevents', target: { url: urlOf(), batch: 7 } },
    ],
  });
  try {
    const { size } = await hall.log.head();
    const last = () => [fileEvents().at(-1), taken.at(-1)].map((sent) => Number(sent?.sequence));
    await expect.poll(last, { timeout: 240_000, interval: 100 }).toEqual([size - 1, size - 1]);
    const { key: auditor } = await hall.identity.keys.create({ label: 'auditor', roles: ['auditor'] });
    const ids: string[] = [];
    while (ids.length < size) {
      const cursor = ids.length === 0 ? '' : `&cursor=${ids.length - 1}`;
      const answer = await hall.app.inject({
        url: `/wcp/receipts?limit=500${cursor}`,
        headers: { authorization: `Bearer ${auditor}` },
      });
      ids.push(
        ...answer.json().items.map(({ receipt }: { receipt: { receipt_id: string } }) => receipt.receipt_id),
      );
    }
    return { ids: ids.slice(0, size) };
  } finally {
    await hall.close();
  }
}

test(`Every receipt arrives, in the order of the log and always under its own id, through ${KILLS} kills.`, async () => {
  for (let kill = 0; kill < KILLS; kill += 1) await runAndKill();
  const { ids } = await catchUp();
  expect(ids.length).toBeGreaterThan(KILLS);
  for (const events of [taken, fileEvents()]) {
    expect(faults(events)).toEqual([]);
    const arrived = new Map(events.map(({ id, sequence }) => [Number(sequence), id]));
    expect(ids.filter((id, position) => arrived.get(position) !== id)).toEqual([]);
  }
}, 1_200_000);
