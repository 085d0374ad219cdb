import { describe, expect, test } from 'vitest';
// @boundaries-ignore `npm run check:auditor` tries the same rows with installed packages.
import { TAMPERINGS } from '../../../../tooling/src/auditor/tamper/tamperings.ts';
// @boundaries-ignore As above.
import { honestOf } from '../../../../tooling/src/auditor/tamper/verify-copy.ts';
import { copyOfEvidence, verify } from './auditor.ts';

const HONEST = honestOf(copyOfEvidence());

describe('evidence that was recorded in November 2026', () => {
  test.each(HONEST)(
    'Untouched, $kind verifies, and says what was not checked.',
    async ({ kind, not_checked }) => {
      expect(await verify(copyOfEvidence(), kind)).toEqual({ exit: 0, ok: true, codes: [], not_checked });
    },
  );

  test('There are rows for every kind of evidence, each with a name of its own.', () => {
    expect(TAMPERINGS.length).toBeGreaterThan(200);
    expect(new Set(TAMPERINGS.map(({ name }) => name)).size).toBe(TAMPERINGS.length);
    expect(new Set(TAMPERINGS.map(({ kind }) => kind))).toEqual(new Set(HONEST.map(({ kind }) => kind)));
  });
});

describe('tampered evidence', () => {
  test.each(TAMPERINGS)('In $kind, $name: exactly that is found.', async ({ kind, change, codes }) => {
    const copy = copyOfEvidence();
    change(copy);
    const { ok, exit, codes: found } = await verify(copy, kind);
    expect(found).toEqual([...codes].toSorted());
    expect(ok).toBe(false);
    expect(exit).toBeGreaterThan(0);
  });
});
