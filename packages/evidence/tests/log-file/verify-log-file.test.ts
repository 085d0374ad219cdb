import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseJson } from '@wcp/spec/json';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { verifyLog, verifyTimes } from '../../src/index.ts';
import { type LogFileExpectation, verifyLogFile } from '../../src/log-file/index.ts';
import { keyOf, ORIGIN, RotatedLog } from '../log/rotated-log.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'wcp-log-file-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** What somebody does to the lines of a log; each number is taken as a place among them. */
const change = fc.record({
  what: fc.constantFrom(
    'drop',
    'repeat',
    'swap',
    'edit',
    'tear',
    'space',
    'blank',
    'date',
    'latin',
    'fork',
    'none',
  ),
  at: fc.nat({ max: 1_000 }),
});
type Change = { readonly what: string; readonly at: number };

const step = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('tenant-1', 'tenant-2') },
  { weight: 1, arbitrary: fc.constantFrom('rotate', 'revoke', 'checkpoint', 'stranger') },
);

async function logOf(steps: readonly string[]): Promise<RotatedLog> {
  const log = new RotatedLog().append().append('tenant-2').checkpoint();
  for (const each of steps) {
    if (each === 'rotate') await log.rotate();
    else if (each === 'revoke' && log.inForce > 0) log.revoke(log.inForce - 1, log.receipts.length - 1);
    else if (each === 'checkpoint') log.checkpoint();
    else if (each === 'stranger') log.signedBy(8);
    else log.append(each);
  }
  return log.checkpoint();
}

/** The lines after a change, as bytes: not every one is UTF-8. */
function changed(lines: readonly Buffer[], { what, at: any }: Change): Buffer[] {
  const at = any % lines.length;
  const line = lines[at] as Buffer;
  const text = line.toString();
  const replaced = (...by: Buffer[]) => lines.toSpliced(at, 1, ...by);
  const edited = (from: RegExp, to: string) => replaced(Buffer.from(text.replace(from, to)));
  switch (what) {
    case 'drop':
      return lines.toSpliced(at, 1);
    case 'repeat':
      return [...lines, line];
    case 'swap':
      return [line, ...lines.toSpliced(at, 1)];
    case 'edit':
      return edited(/"seq":\d+/, '"seq":7');
    case 'tear':
      return replaced(line.subarray(0, line.length / 2));
    case 'space':
      return replaced(Buffer.from(JSON.stringify(lineValue(line), null, ' ').replaceAll('\n', '')));
    case 'blank':
      return replaced(Buffer.from(' \t'), Buffer.alloc(0), line);
    case 'date':
      return edited(/"dispatched_at":"\d{4}/, '"dispatched_at":"1999');
    case 'latin':
      return replaced(Buffer.concat([line, Buffer.of(0xff)]));
    case 'fork':
      return replaced(
        line,
        Buffer.from(text.replace(/"receipt_hash":"sha256:.{8}/, '"receipt_hash":"sha256:00000000')),
      );
    default:
      return [...lines];
  }
}

function lineValue(line: Buffer): unknown {
  try {
    return parseJson(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(line));
  } catch {
    return null;
  }
}

/** What the whole verifier finds in the same lines. */
function foundInWhole(lines: readonly Buffer[], expected: LogFileExpectation) {
  const receipts = lines.filter((line) => !/^[ \t\r]*$/.test(line.toString('latin1'))).map(lineValue);
  const { findings, keys, not_checked } = verifyLog({ ...expected, receipts });
  const { findings: times } = verifyTimes({ receipts });
  return { findings, times, keys, not_checked, size: receipts.length };
}

async function foundInFile(lines: readonly Buffer[], expected: LogFileExpectation, chunk_bytes: number) {
  const file = join(dir, 'receipts.jsonl');
  writeFileSync(file, Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')])));
  const found = await verifyLogFile(file, { ...expected, chunk_bytes, threads: 2 });
  const { keys, not_checked, size } = found;
  const [findings, times] = [found.findings, found.time_findings].map((list) =>
    list.map(({ line: _, ...finding }) => finding),
  );
  return { findings, times, keys, not_checked, size };
}

describe('a log in a file', () => {
  test('What is found in a file is what the whole verifier finds in its lines, however it is cut into chunks.', async () => {
    const arbitrary = [fc.array(step, { maxLength: 20 }), fc.array(change, { maxLength: 3 })] as const;
    await fc.assert(
      fc.asyncProperty(...arbitrary, fc.constantFrom(700, 2_500, 1 << 20), async (steps, changes, chunk) => {
        const { receipts, ...expected } = (await logOf(steps)).evidence;
        let lines: readonly Buffer[] = receipts.map((receipt) => Buffer.from(JSON.stringify(receipt)));
        for (const each of changes) if (lines.length > 0) lines = changed(lines, each);
        expect(await foundInFile(lines, expected, chunk)).toEqual(foundInWhole(lines, expected));
      }),
      { numRuns: 25 },
    );
  }, 600_000);

  test('A finding names its line, and a file whose last line is torn is said to be.', async () => {
    const { receipts, ...expected } = new RotatedLog().append().append().append().checkpoint().evidence;
    const [first, second, third] = receipts.map((receipt) => JSON.stringify(receipt));
    const file = join(dir, 'torn.jsonl');
    writeFileSync(file, `${first}\n\n${second?.replace('"seq":1', '"seq":2')}\n${third}`);
    const { findings, is_torn, last_line, ok } = await verifyLogFile(file, expected);
    expect([ok, is_torn, last_line]).toEqual([false, true, 4]);
    expect(findings.map(({ index, line, code }) => [index, line, code])).toEqual([
      [1, 3, 'RECEIPT_HASH_MISMATCH'],
      [1, 3, 'RECEIPT_SEQ_GAP'],
      [2, 4, 'RECEIPT_SEQ_GAP'],
      [2, 4, 'RECEIPT_FORKED'],
      [0, null, 'LOG_ROOT_MISMATCH'],
    ]);
  });

  test('A key of the log is learnt from its line, however that line is written.', async () => {
    const log = await new RotatedLog().append().rotate();
    const { receipts, ...expected } = log.append().checkpoint().evidence;
    const file = join(dir, 'escaped.jsonl');
    const lines = receipts.map((receipt) =>
      JSON.stringify(receipt).replace('"kind":"key"', '"kind" : "\\u006bey"'),
    );
    writeFileSync(file, `${lines.join('\n')}\n`);
    const { ok, keys } = await verifyLogFile(file, expected);
    expect([ok, keys.map(({ key_id }) => key_id)]).toEqual([true, [keyOf(0).keyId, keyOf(1).keyId]]);
    expect(expected.origin).toBe(ORIGIN);
  });

  test('Of a file in which everything is wrong, no more is read once 10,000 findings are made.', async () => {
    const file = join(dir, 'junk.jsonl');
    writeFileSync(file, 'x\n'.repeat(40_000));
    const found = await verifyLogFile(file, { keys: {}, chunk_bytes: 4_096 });
    expect(found.is_cut_off).toBe(true);
    expect(found.size).toBeLessThan(40_000);
  });
});
