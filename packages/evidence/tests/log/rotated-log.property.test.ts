import { canonicalJson } from '@wcp/spec';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { verifyLog } from '../../src/index.ts';
import { keyOf, ORIGIN, RotatedLog } from './rotated-log.ts';

/** What happens to a log: a number revokes that former key from the end of its term on. */
const step = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('tenant-1', 'tenant-2') },
  { weight: 2, arbitrary: fc.constant('rotate' as const) },
  { weight: 1, arbitrary: fc.nat({ max: 5 }) },
  { weight: 1, arbitrary: fc.constant('checkpoint' as const) },
);

async function logOf(steps: readonly (string | number)[]): Promise<RotatedLog> {
  const log = new RotatedLog().append();
  const ends: number[] = [];
  for (const each of steps) {
    if (each === 'checkpoint') log.checkpoint();
    else if (each === 'rotate') {
      await log.rotate();
      ends.push(log.receipts.length);
    } else if (typeof each === 'string') log.append(each);
    else if (ends[each] !== undefined) log.revoke(each, ends[each]);
  }
  return log.append().checkpoint();
}

/** The value of the same JSON with one bit of its text turned; null where that is no JSON, or the same value. */
function withFlippedBit(value: object, at: number): unknown {
  const bytes = Buffer.from(canonicalJson(value));
  const bit = at % (bytes.length * 8);
  bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  try {
    const changed: unknown = JSON.parse(bytes.toString('utf8'));
    return canonicalJson(changed) === canonicalJson(value) ? null : changed;
  } catch {
    return null;
  }
}

test('After any rotations and revocations an honest log verifies, and a changed bit does not.', async () => {
  const steps = fc.array(step, { maxLength: 14 });
  await fc.assert(
    fc.asyncProperty(steps, fc.nat(), fc.nat({ max: 2 ** 20 }), async (given, which, bit) => {
      const { receipts, ...evidence } = (await logOf(given)).evidence;
      const findingsOf = (list: readonly unknown[]) => verifyLog({ ...evidence, receipts: list }).findings;
      expect(findingsOf(receipts)).toEqual([]);
      const place = which % receipts.length;
      const changed = withFlippedBit(receipts[place] as object, bit);
      fc.pre(changed !== null);
      expect(findingsOf(receipts.with(place, changed as never)).length).toBeGreaterThan(0);
      expect(findingsOf(receipts.toSpliced(place, 1)).length).toBeGreaterThan(0);
    }),
    { numRuns: 30 },
  );
});

test('A stranger’s key in the place of the first one is found, whatever happened since.', async () => {
  const { evidence } = await logOf(['rotate', 'tenant-1', 0, 'checkpoint']);
  expect(verifyLog({ ...evidence, origin: ORIGIN, first_key: keyOf(8).publicKey }).ok).toBe(false);
});
