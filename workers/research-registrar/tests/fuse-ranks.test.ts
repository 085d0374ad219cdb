import { expect, test } from 'vitest';
import { fuseRanks } from '../src/fuse-ranks.ts';

test('an entry gets one sixty-first for a first place, one sixty-second for a second', () => {
  expect(fuseRanks([[7, 8]])).toEqual([
    { id: 7, score: 0.0163934 },
    { id: 8, score: 0.016129 },
  ]);
});

test('places in several lists are added', () => {
  const fused = fuseRanks([
    [1, 2, 3],
    [4, 3],
  ]);
  expect(fused.map(({ id }) => id)).toEqual([3, 1, 4, 2]);
  expect(fused[0]?.score).toBeCloseTo(1 / 63 + 1 / 62, 6);
});

test('equal entries come in the order of their ids, and no lists give nothing', () => {
  expect(fuseRanks([[9], [2]]).map(({ id }) => id)).toEqual([2, 9]);
  expect(fuseRanks([[], []])).toEqual([]);
});
