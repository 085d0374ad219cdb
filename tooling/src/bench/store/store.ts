import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BenchRow, sampledRow } from '../row.ts';
import { startDatabase } from './database.ts';

const ROUNDS = 5;
const TURN_MS = 2_000;
/** Halls on one database. */
const SEVERAL = 4;

/**
 * Durable signed decisions a second: of a Hall whose store is a file, of one whose store is in PostgreSQL, and of several
 * that share a database. Each is a process of its own; they are measured in turns.
 */
export async function storeRows(): Promise<BenchRow[]> {
  const database = await startDatabase();
  if (database === null) return [];
  const folder = mkdtempSync(join(tmpdir(), 'wcp-bench-store-'));
  const inDatabase = (schema: string, shared: boolean) => ({
    postgres: { url: database.url, schema, shared },
    data_keys: join(folder, schema),
  });
  const file = [await startHall({ file: join(folder, 'store.db') })];
  const alone = [await startHall(inDatabase('alone', false))];
  const several: ChildProcess[] = [];
  for (let index = 0; index < SEVERAL; index += 1) several.push(await startHall(inDatabase('shared', true)));
  const setups = [file, alone, several.slice(0, 1), several];
  const samples = setups.map(() => [] as number[]);
  for (let round = -1; round < ROUNDS; round += 1) {
    for (const [index, halls] of setups.entries()) {
      const rate = await rateOf(halls);
      if (round >= 0) samples[index]?.push(rate);
    }
  }
  await Promise.all([...file, ...alone, ...several].map(endHall));
  await database.close();
  rmSync(folder, { recursive: true, force: true });
  const [floor = [], ...others] = samples;
  const names = [
    'PostgreSQL, one Hall',
    'PostgreSQL, one of several',
    `PostgreSQL, ${SEVERAL} Halls together`,
  ];
  return [
    sampledRow('store: SQLite, one Hall', 'decisions/s', floor, floor),
    ...names.map((name, index) => sampledRow(`store: ${name}`, 'decisions/s', others[index] ?? [], floor)),
  ];
}

async function startHall(place: object): Promise<ChildProcess> {
  const hall = fork(join(import.meta.dirname, 'deciding-hall.ts'), [JSON.stringify(place)]);
  await once(hall, 'message');
  return hall;
}

/** What several Halls decide a second that do so at the same time. */
async function rateOf(halls: readonly ChildProcess[]): Promise<number> {
  const answers = halls.map((hall) => once(hall, 'message') as Promise<[number]>);
  for (const hall of halls) hall.send(TURN_MS);
  return (await Promise.all(answers)).reduce((sum, [rate]) => sum + rate, 0);
}

async function endHall(hall: ChildProcess): Promise<void> {
  const exited = once(hall, 'exit');
  hall.send(0);
  await exited;
}
