/** `WCP_LIVED_LOGS` says how many sequences are tried, `WCP_SEED` which ones. */
import { cpSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson } from '@wcp/spec';
import * as fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { openDeployment } from '../../../src/index.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { codesOf, codesOfArchive, LivedLog, type Step } from './lived-log.ts';

const RUNS = Number(process.env['WCP_LIVED_LOGS'] ?? 3);
const SEED = Number(process.env['WCP_SEED'] ?? 1);
/** More than the thousand receipts that no archive takes, and a tile. */
const BEFORE = 1_280;

let template: string;
beforeAll(async () => {
  template = join(tempFolder(), 'hall');
  const { hall, close } = await openDeployment(template, { listens: false, keys: 'none', log: () => {} });
  const input = { capability_id: 'cap.none', tenant_id: 'agent.example', request: { text: 'before' } };
  for (let at = 0; at < BEFORE; at += 64)
    await Promise.all(
      Array.from({ length: 64 }, (_, index) => hall.route({ ...input, correlation_id: `${at + index}` })),
    );
  await close(0);
}, 300_000);

const tenant_id = fc.constantFrom('agent.example', 'agent.other');
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('decide' as const), tenant_id }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('rotate' as const, 'crash' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom('checkpoint' as const, 'archive' as const, 'restart' as const),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('revoke' as const), former: fc.nat({ max: 3 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('forget' as const), tenant_id }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('forget-all' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('restore' as const), underNewName: fc.boolean() }),
  },
);

/** The same text with one bit turned. */
function withFlippedBit(text: string, at: number): string {
  const bytes = Buffer.from(text);
  const bit = at % (bytes.length * 8);
  bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return bytes.toString('latin1');
}

/** A receipt with one bit turned; null where that is no JSON any more, as if the line were broken. */
function changedReceipt(receipt: object, at: number): unknown {
  try {
    return JSON.parse(withFlippedBit(canonicalJson(receipt), at));
  } catch {
    return null;
  }
}

test('After anything that happens to a Hall its evidence verifies, and with a changed bit it does not.', {
  timeout: 120_000 + RUNS * 120_000,
}, async () => {
  const steps = fc.array(step, { minLength: 4, maxLength: 10 });
  await fc.assert(
    fc.asyncProperty(steps, fc.nat(), fc.nat(), async (given, which, bit) => {
      const place = tempFolder();
      cpSync(template, join(place, '0'), { recursive: true });
      const log = new LivedLog(place);
      try {
        for (const each of given) await log.take(each);
        const { receipts, checkpoints, ...known } = await log.evidence();
        expect(receipts.length).toBeGreaterThan(BEFORE);
        expect(codesOf({ ...known, receipts, checkpoints })).toEqual([]);
        await expectChangesFound({ receipts, checkpoints, ...known }, which, bit);
        await expectArchiveHolds(log, which, bit);
      } finally {
        await log.close();
      }
    }),
    { numRuns: RUNS, seed: SEED },
  );
});

type Evidence = Awaited<ReturnType<LivedLog['evidence']>>;

/** Every receipt is covered by the newest checkpoint, and every bit of a checkpoint by its signature. */
async function expectChangesFound({ receipts, checkpoints, ...known }: Evidence, which: number, bit: number) {
  const place = which % receipts.length;
  const changed = changedReceipt(receipts[place] as object, bit);
  expect(codesOf({ ...known, receipts: receipts.with(place, changed as never), checkpoints })).not.toEqual(
    [],
  );
  const note = which % checkpoints.length;
  const turned = checkpoints.with(note, withFlippedBit(checkpoints[note] as string, bit));
  expect(codesOf({ ...known, receipts, checkpoints: turned })).not.toEqual([]);
}

async function expectArchiveHolds(log: LivedLog, which: number, bit: number): Promise<void> {
  const archive = await log.archive();
  if (archive === null) return;
  expect(await codesOfArchive(archive)).toEqual([]);
  const names = readdirSync(archive.dir, { recursive: true, encoding: 'utf8' });
  const files = names.map((name) => join(archive.dir, name)).filter((file) => statSync(file).isFile());
  const file = files[which % files.length] as string;
  const bytes = readFileSync(file);
  const at = bit % (bytes.length * 8);
  const turned = Buffer.from(bytes);
  turned[at >> 3] = (turned[at >> 3] ?? 0) ^ (1 << (at & 7));
  writeFileSync(file, turned);
  expect(await codesOfArchive(archive)).not.toEqual([]);
  writeFileSync(file, bytes);
}
