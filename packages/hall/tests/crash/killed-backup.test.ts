import { fork } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { verifyLog } from '@wcp/evidence';
import type { Receipt } from '@wcp/spec';
import { beforeAll, expect, test } from 'vitest';
import { wrongFiles } from '../../src/deployment/backup/backup-files.ts';
import { readManifest } from '../../src/deployment/backup/manifest.ts';
import { partsOf } from '../../src/hall/create-hall.ts';
import { openDeployment } from '../../src/index.ts';
import { tempFolder } from '../support/temp-folder.ts';

/** `npm run test:crash` kills fifty times. */
const KILLS = Number(process.env['WCP_CRASHES'] ?? 4);
const PROGRAM = join(import.meta.dirname, 'backup-program.ts');

/** What a process told before it was killed. */
interface Told {
  readonly decided?: string;
  readonly making?: string;
  readonly made?: string;
  readonly size?: number;
  readonly step?: string;
  readonly restored?: object;
}

let folder: string;
let dir: string;
let backups: string;
beforeAll(() => {
  folder = tempFolder();
  dir = join(folder, 'hall');
  backups = join(folder, 'backups');
  mkdirSync(dir);
  const settings = { origin: 'hall.example/log', port: 0, backups: { dir: '../backups' } };
  writeFileSync(join(dir, 'server.json'), JSON.stringify(settings));
});

/** Runs the program and kills it a moment after it told something. */
async function runAndKill(
  args: readonly string[],
  told: Told[],
  isTime: (said: Told) => boolean,
): Promise<void> {
  const child = fork(PROGRAM, [...args], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  child.on('message', (message: Told) => {
    told.push(message);
    if (isTime(message)) setTimeout(() => child.kill('SIGKILL'), Math.random() * 60);
  });
  await new Promise((resolve) => child.once('exit', resolve));
}

async function readLog(place: string) {
  const { hall, close } = await openDeployment(place, { listens: false, keys: 'none' });
  try {
    const { store } = partsOf(hall).storage;
    const rows = await store.list('receipts', { limit: 1_000_000 });
    const receipts = rows.map(({ receipt }) => JSON.parse(receipt) as Receipt);
    const first_key = hall.log.keys()[0]?.public_key;
    const checkpoints = [await hall.log.checkpoint()];
    const { findings } = verifyLog({ receipts, checkpoints, origin: hall.log.origin, first_key });
    return { receipts, findings };
  } finally {
    await close();
  }
}

const namesIn = (place: string) => (existsSync(place) ? readdirSync(place) : []);

test(`A Hall that is killed ${KILLS} times while it makes backups loses nothing, and each backup that has its name is whole.`, {
  timeout: 120_000 + KILLS * 120_000,
}, async () => {
  const told: Told[] = [];
  for (let round = 0; round < KILLS; round += 1) {
    let begun = 0;
    // Within the first, the second or the third backup.
    await runAndKill([dir], told, ({ making }) => {
      begun += making === undefined ? 0 : 1;
      return making !== undefined && begun === 1 + (round % 3);
    });
    const { receipts, findings } = await readLog(dir);
    expect(findings).toEqual([]);
    const made = new Set(receipts.map(({ decision_id }) => decision_id));
    expect(told.flatMap(({ decided = [] }) => decided).filter((id) => !made.has(id))).toEqual([]);
    const named = namesIn(backups).filter((name) => !name.endsWith('.part'));
    for (const name of named) {
      const { files, size } = await readManifest(join(backups, name));
      expect(await wrongFiles(join(backups, name), files)).toEqual([]);
      expect(size).toBeLessThanOrEqual(receipts.length);
    }
    const acknowledged = told.flatMap(({ made: name = [] }) => name);
    expect(acknowledged.filter((name) => !named.includes(name))).toEqual([]);
  }
  expect(told.some(({ made }) => made !== undefined)).toBe(true);
});

test(`A restore that is killed ${KILLS} times leaves nothing or a whole Hall, and can be begun again.`, {
  timeout: 120_000 + KILLS * 120_000,
}, async () => {
  const [name = ''] = namesIn(backups).filter((each) => !each.endsWith('.part'));
  const { size } = await readManifest(join(backups, name));
  const steps = ['copying', 'checking', 'continuing', 'published'];
  const target = join(folder, 'restored');
  const args = [join(backups, name), join(dir, 'keys'), target];
  for (let round = 0; round < KILLS; round += 1) {
    const told: Told[] = [];
    await runAndKill(args, told, ({ step }) => step === steps[round % steps.length]);
    if (!existsSync(target)) await runAndKill(args, told, () => false);
    const { receipts, findings } = await readLog(target);
    expect(findings).toEqual([]);
    expect(receipts[size]).toMatchObject({
      kind: 'restore',
      restore: { former_origin: 'hall.example/log', size },
    });
    expect(receipts).toHaveLength(size + 1);
    rmSync(target, { recursive: true });
    expect(readdirSync(folder).sort()).toEqual(['backups', 'hall']);
  }
});
