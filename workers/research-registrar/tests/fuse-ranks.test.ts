import { expect, test } from 'vitest';
import { fuseRanks } from '../src/store/fuse-ranks.ts';

test('A first place counts 1/61, a second place 1/62.', () => {
  expect(fuseRanks([[7, 8]])).toEqual([
    { id: 7, score: 0.0163934 },
    { id: 8, score: 0.016129 },
  ]);
});

test('The counts of several lists are added.', () => {
  const fused = fuseRanks([
    [1, 2, 3],
    [4, 3],
  ]);
  expect(fused.map(({ id }) => id)).toEqual([3, 1, 4, 2]);
  expect(fused[0]?.score).toBeCloseTo(1 / 63 + 1 / 62, 6);
});

test('Equal entries are ordered by id, and no lists give no entries.', () => {
  expect(fuseRanks([[9], [2]]).map(({ id }) => id)).toEqual([2, 9]);
  expect(fuseRanks([[], []])).toEqual([]);
});
