import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { verifyTiles } from '@wcp/evidence/tiles';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { archiveLog } from '../../src/storage/archive/archive-log.ts';
import { openLedger } from '../../src/storage/ledger/ledger.ts';
import { openSqliteStore } from '../../src/storage/store/sqlite-store.ts';
import { filesIn, keys, ORIGIN, writeLog } from '../storage/archive/sample-log.ts';
import { tempFolder } from '../support/temp-folder.ts';

/** `npm run test:crash` kills fifty times. */
const KILLS = Number(process.env['WCP_CRASHES'] ?? 6);
const SIZE = 3_000;
/** After how many lines a process is killed: each step is among them, the last one is past all of them. */
const LINES = [0, 1, 4, 7, 8, 9, 10, 11, 12, 13];
const PROGRAM = join(import.meta.dirname, 'archive-program.ts');

let template: string;
let original: readonly string[];
let folder = '';
beforeAll(async () => {
  template = tempFolder();
  await writeLog(template, SIZE);
  original = await readAll(template);
}, 120_000);
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Every receipt and the request of every decision, as a Hall reads them that is started now. */
async function readAll(dir: string): Promise<string[]> {
  const { file, identity, archive } = filesIn(dir);
  const store = openSqliteStore(file);
  try {
    const ledger = await openLedger(store, { ...identity, archive });
    await ledger.check.finish();
    expect(ledger.check.progress.finding).toBeNull();
    const receipts = await ledger.store.list('receipts', { limit: SIZE });
    const decisions = receipts.filter(({ kind }) => kind === 'decision');
    const rows = await Promise.all(decisions.map(({ position }) => ledger.store.get('decisions', position)));
    // What an interrupted archiving left is removed by then.
    const stored = await ledger.sealed.list('receipts', { limit: SIZE });
    expect(stored.findIndex(({ receipt }) => receipt !== '')).toBe(ledger.archived);
    await ledger.close();
    return [...receipts.map(({ receipt }) => receipt), ...rows.map((row) => row?.input as string)];
  } finally {
    await store.close();
  }
}

/** Kills the process after it told a number of steps, and a moment. Resolves with the last step that it told. */
async function archiveAndKill(lines: number, moment_ms: number): Promise<string> {
  const child = spawn(process.execPath, [PROGRAM, folder, '1800'], { stdio: ['ignore', 'pipe', 'inherit'] });
  let told = '';
  const exited = once(child, 'exit');
  const kill = () => setTimeout(() => child.kill('SIGKILL'), moment_ms);
  if (lines === 0) child.once('spawn', () => setTimeout(kill, 300));
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const before = told.split('\n').length - 1;
    told += text;
    if (before < lines && told.split('\n').length - 1 >= lines) kill();
  });
  await exited;
  return told.trimEnd().split('\n').at(-1) ?? '';
}

test(`An archiving that is killed ${KILLS} times, at each step, loses nothing and leaves nothing half done.`, {
  timeout: 120_000 + KILLS * 120_000,
}, async () => {
  const reached = new Set<string>();
  for (let round = 0; round < KILLS; round += 1) {
    folder = tempFolder();
    cpSync(template, folder, { recursive: true });
    reached.add(await archiveAndKill(LINES[round % LINES.length] as number, Math.random() * 30));
    expect(await readAll(folder)).toEqual(original);
    const { file, identity, archive: dir } = filesIn(folder);
    const before = { position: 1_800 };
    await archiveLog(file, identity, { dir, before, at: '2026-02-02T00:00:00.000Z' });
    expect(await readAll(folder)).toEqual(original);
    expect(await verifyTiles(dir, { keys, origin: ORIGIN, threads: 1 })).toMatchObject({
      ok: true,
      size: 1_792,
    });
    rmSync(folder, { recursive: true });
  }
  // Where every kill came too early or too late, nothing was tested.
  expect(reached.size).toBeGreaterThan(1);
});
