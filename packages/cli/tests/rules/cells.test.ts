import fc from 'fast-check';
import { expect, test } from 'vitest';
import { boxesOf, boxText, CELLS, cellIndex, cellsIn } from '../../src/rules/cells.ts';

const EVERY = CELLS.map((_, index) => index);

test('There are 144 cells, and each has a position of its own.', () => {
  expect(CELLS).toHaveLength(144);
  expect(CELLS.map(cellIndex)).toEqual(EVERY);
});

test('All cells are one box, and the cells of one box come back as that box.', () => {
  expect(boxesOf(EVERY).map(boxText)).toEqual(['env=any  data_label=any  tenant_risk=any  qos_class=any']);
  const inner = CELLS.filter(({ env, data_label }) => env !== 'edge' && data_label === 'PUBLIC').map(
    cellIndex,
  );
  expect(boxesOf(inner)).toEqual([
    {
      env: ['dev', 'stage', 'prod'],
      data_label: ['PUBLIC'],
      tenant_risk: ['low', 'medium', 'high'],
      qos_class: ['P0', 'P1', 'P2', 'P3'],
    },
  ]);
});

test('Boxes hold exactly the cells that they were made of, none of them twice, in whatever order these came.', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 143 })), (cells) => {
      const boxes = boxesOf(cells);
      const held = boxes.flatMap(cellsIn);
      expect(held.toSorted((a, b) => a - b)).toEqual(cells.toSorted((a, b) => a - b));
      expect(boxesOf([...cells, ...cells].reverse())).toEqual(boxes);
    }),
    { numRuns: 100 },
  );
});
