/** `WCP_FLIPS` says how many bytes of each file are changed, `WCP_SEED` which ones. */
import { expect, test } from 'vitest';
// @boundaries-ignore `npm run check:auditor` tries the same with installed packages.
import {
  flipsOf,
  newStatements,
  statementsOf,
  withFlip,
} from '../../../../tooling/src/auditor/tamper/flip.ts';
import { copyOfEvidence, verify } from './auditor.ts';

const FLIPS = Number(process.env['WCP_FLIPS'] ?? 6);
/** Whoever asks for more wants to know which bytes nothing covers. */
const isAsked = process.env['WCP_FLIPS'] !== undefined;
const SEED = Number(process.env['WCP_SEED'] ?? 1);

test('A changed byte is found in every file, unless the file says the same without it.', {
  timeout: 300_000 + FLIPS * 60_000,
}, async () => {
  const copy = copyOfEvidence();
  const flips = flipsOf(copy, SEED, FLIPS);
  expect(new Set(flips.map(({ file }) => file)).size).toBeGreaterThan(20);
  const unfound: string[] = [];
  const uncovered: string[] = [];
  for (const flip of flips) {
    const before = await statementsOf(copy, flip.file);
    const place = `${flip.file} at ${flip.at} ^ ${flip.mask}`;
    await withFlip(copy, flip, async () => {
      const { exit } = await verify(copy, flip.kind);
      if (exit !== 0) return;
      const says = await newStatements(copy, flip, before);
      (says?.length === 0 ? uncovered : unfound).push(place);
    });
  }
  if (isAsked && uncovered.length > 0) console.log(`These bytes say nothing:\n${uncovered.join('\n')}`);
  expect(unfound).toEqual([]);
});
