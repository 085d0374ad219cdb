import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateSigningKey } from '@wcp/evidence';
import * as fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { loadEvidence } from '../../src/evidence/evidence-files.ts';
import { examineEvidence } from '../../src/evidence/examine-evidence.ts';
import { InputReader } from '../../src/input/input-reader.ts';
import { REQUEST, scratch } from '../support/support.ts';
import { HELD, openTestHall } from '../support/test-hall.ts';

const FILES = ['receipts.jsonl', 'proofs.jsonl', 'key-receipts.jsonl'] as const;

let made: string;
/** A part of a log whose key changed, with receipts before and after that. */
beforeEach(async () => {
  const key_files = { prepare: async () => generateSigningKey(), complete: async () => {} };
  const { hall, as } = await openTestHall({ key: generateSigningKey(), key_files });
  for (let round = 0; round < 3; round += 1) {
    for (const tenant_id of ['tenant-a', 'tenant-b']) {
      await hall.dispatch({ ...REQUEST, tenant_id });
      await hall.dispatch({ ...HELD, tenant_id });
    }
    if (round < 2) await hall.log.rotateKey();
  }
  made = join(scratch(), 'part');
  expect(await as('tenant', ['receipts', 'export', made])).toMatchObject({ code: 0 });
});

const change = fc.record({
  what: fc.constantFrom(
    ...['drop', 'repeat', 'swap', 'edit', 'position', 'tear', 'space', 'blank', 'date', 'null', 'shift'],
  ),
  file: fc.constantFrom(...FILES, 'receipts.jsonl', 'proofs.jsonl'),
  at: fc.nat({ max: 1_000 }),
});
type Change = { readonly what: string; readonly file: string; readonly at: number };

function changed(lines: readonly string[], { what, at: any }: Change): string[] {
  const at = lines.length === 0 ? 0 : any % lines.length;
  const line = lines[at] ?? '';
  const by = (...texts: string[]) => lines.toSpliced(at, 1, ...texts);
  switch (what) {
    case 'drop':
      return by();
    case 'repeat':
      return by(line, line);
    case 'swap':
      return [line, ...by()];
    case 'edit':
      return by(line.replace(/"seq":\d+/, '"seq":7').replace(/[0-9a-f]{6}"/, 'abcdef"'));
    case 'position':
      return by(line.replace(/"position":\d+/, '"position":"3"'));
    case 'tear':
      return by(line.slice(0, line.length / 2));
    case 'space':
      return by(` ${line.replaceAll(':', ' : ')}`);
    case 'blank':
      return by(' \t', '', line);
    case 'date':
      return by(line.replace(/"dispatched_at":"\d{4}/, '"dispatched_at":"1999'));
    case 'null':
      return by('null');
    default:
      return by(line.replace(/"position":\d+/, '"position":0').replace(/"size":\d+/, '"size":2'));
  }
}

function write(changes: readonly Change[], isTorn: boolean): string {
  const dir = join(scratch(), 'part');
  cpSync(made, dir, { recursive: true });
  for (const one of changes) {
    const file = join(dir, one.file);
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    writeFileSync(file, `${changed(lines, one).join('\n')}${isTorn ? '' : '\n'}`);
  }
  return dir;
}

/** What a verification says of a folder, read at once or while it is verified. */
async function examined(dir: string, streamedFrom: number) {
  const terminal = {} as never;
  const reader = new InputReader(terminal);
  const evidence = await loadEvidence(reader, dir, {}, { streamedFrom });
  expect(evidence.isStreamed).toBe(streamedFrom === 0);
  const byPlace = (a: object, b: object) => JSON.stringify(a).localeCompare(JSON.stringify(b));
  const { findings, ...report } = await examineEvidence(evidence);
  return { ...report, findings: findings.toSorted(byPlace) };
}

describe('a part of a log that is verified while it is read', () => {
  test('has no findings where nothing was changed.', async () => {
    expect(await examined(made, 0)).toMatchObject({ findings: [], is_whole: false, is_cut_off: false });
  });

  test('has the findings that it has when it is read at once, whatever was changed.', async () => {
    let found = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(change, { minLength: 1, maxLength: 3 }),
        fc.boolean(),
        async (changes, isTorn) => {
          const dir = write(changes, isTorn);
          const atOnce = await examined(dir, Number.POSITIVE_INFINITY);
          expect(await examined(dir, 0)).toEqual(atOnce);
          found += atOnce.findings.length;
        },
      ),
      { numRuns: 60 },
    );
    expect(found).toBeGreaterThan(50);
  });

  test('stops after 10,000 findings, and says so.', async () => {
    const dir = write([], false);
    writeFileSync(join(dir, 'receipts.jsonl'), 'null\n'.repeat(20_000));
    const report = await examined(dir, 0);
    expect(report.is_cut_off).toBe(true);
    expect(report.receipts).toBeLessThanOrEqual(10_000);
  });

  test('is refused where a line begins with a byte order mark, and where a file cannot be read.', async () => {
    const dir = write([], false);
    const file = join(dir, 'proofs.jsonl');
    writeFileSync(file, `\ufeff${readFileSync(file, 'utf8')}`);
    const problems = [expect.objectContaining({ code: 'BYTE_ORDER_MARK' })];
    await expect(examined(dir, 0)).rejects.toMatchObject({ problems });
    await expect(examined(dir, Number.POSITIVE_INFINITY)).rejects.toMatchObject({ problems });
  });
});
