import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { SurvivorReason } from '../../src/mutants/reasons.ts';
import { ROOT } from '../../src/repository/root.ts';

const reasons: readonly SurvivorReason[] = JSON.parse(
  readFileSync(join(ROOT, 'tooling/src/mutants/survivors.json'), 'utf8'),
);

test.each(reasons)('The line of $where whose mutants survive still exists: $line', ({ where, line }) => {
  const lines = readFileSync(join(ROOT, where), 'utf8').split('\n');
  expect(lines.map((each) => each.trim())).toContain(line);
});

test.each(reasons)('A line of $where says why its mutants survive: $line', ({ reason, mutations }) => {
  expect(reason).not.toBe('');
  expect(mutations).not.toEqual([]);
});
