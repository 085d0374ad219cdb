import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { changeText, summaryText } from '../../src/bench/compare/change-text.ts';
import { compareFigures } from '../../src/bench/compare/compare.ts';
import { readFigures } from '../../src/bench/compare/read-figures.ts';
import { type Figure, figureOf, sampledRow } from '../../src/bench/row.ts';

const around = (value: number, noise: number) =>
  Array.from({ length: 15 }, (_, index) => value * (1 + (noise * (index - 7)) / 7));
const figure = (value: number, noise = 0.04, unit = 'ms') =>
  figureOf(sampledRow('figure', unit, around(value, noise)));
const verdict = (before: Figure, after: Figure) => compareFigures([before], [after])[0]?.verdict;

describe('two runs compared', () => {
  it('A change within the noise of both is none; one beyond it is better or worse, by the unit.', () => {
    expect(verdict(figure(100), figure(103))).toBe('same');
    expect(verdict(figure(100), figure(120))).toBe('worse');
    expect(verdict(figure(100), figure(80))).toBe('better');
    expect(verdict(figure(100, 0.04, 'decisions/s'), figure(120, 0.04, 'decisions/s'))).toBe('better');
    expect(verdict(figure(100, 0.04, 'decisions/s'), figure(80, 0.04, 'decisions/s'))).toBe('worse');
    expect(verdict(figure(100, 0.04, 'receipts'), figure(80, 0.04, 'receipts'))).toBe('changed');
  });

  it('The noise of either run counts: what a still machine would show, a noisy one hides.', () => {
    expect(verdict(figure(100, 0.01), figure(120, 0.6))).toBe('same');
    expect(verdict(figure(100, 0.6), figure(120, 0.01))).toBe('same');
    expect(verdict(figure(100, 0), figure(101, 0))).toBe('same');
  });

  it('A machine that was twice as slow changes nothing where the floor was measured in the same turns.', () => {
    const beside = (value: number, floor: number) =>
      figureOf(sampledRow('figure', 'ms', around(value, 0.02), around(floor, 0.02)));
    expect(verdict(beside(100, 50), beside(200, 100))).toBe('same');
    expect(verdict(beside(100, 50), beside(150, 50))).toBe('worse');
    expect(verdict(beside(100, 50), beside(100, 80))).toBe('better');
  });

  it('What was measured too seldom is not judged, and what is in one run alone is said to be.', () => {
    const once = figureOf({ name: 'figure', value: 100, unit: 'ms' });
    expect(verdict(once, figure(200))).toBe('unknown');
    expect(verdict(figure(200), figureOf(sampledRow('figure', 'ms', [1, 2, 3])))).toBe('unknown');
    const changes = compareFigures([{ ...once, name: 'old' }], [{ ...once, name: 'new' }]);
    expect(changes.map((each) => [each.name, each.verdict])).toEqual([
      ['new', 'added'],
      ['old', 'removed'],
    ]);
  });

  it('A figure that was nothing before is compared, too.', () => {
    const zero = figureOf(sampledRow('figure', 'MiB', around(0, 0)));
    expect(verdict(zero, zero)).toBe('same');
    expect(verdict(zero, figure(5, 0.1, 'MiB'))).toBe('worse');
  });

  it('Runs of the same work are within the noise, but for one in fifty at most.', () => {
    let seed = 1;
    const random = () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    const normal = () => Array.from({ length: 12 }, random).reduce((sum, each) => sum + each, -6);
    for (const size of [5, 10, 11, 15]) {
      const run = () =>
        figureOf(
          sampledRow(
            'figure',
            'ms',
            Array.from({ length: size }, () => 100 + 10 * normal()),
          ),
        );
      const wrong = Array.from({ length: 1_000 }, () => verdict(run(), run())).filter(
        (each) => each !== 'same',
      );
      expect(wrong.length).toBeLessThan(20);
    }
  });

  it('A line says the change, the noise and the verdict; the end counts them.', () => {
    const changes = compareFigures([figure(100)], [figure(120)]);
    expect(changes.map(changeText).join()).toMatch(/^figure +\+20\.0 % {2}noise \d\.\d % +WORSE$/);
    expect(summaryText(changes)).toContain('0 better, 1 worse');
  });
});

describe('a file of an earlier run', () => {
  const read = (content: unknown) => {
    const folder = mkdtempSync(join(tmpdir(), 'wcp-bench-test-'));
    try {
      writeFileSync(join(folder, 'earlier.json'), JSON.stringify(content));
      return readFigures(join(folder, 'earlier.json'));
    } finally {
      rmSync(folder, { recursive: true });
    }
  };

  it('What a run writes is read again, also without a spread.', () => {
    const figures = [figure(100), { name: 'once', value: 1, unit: 'ms' }];
    expect(read(figures)).toEqual(figures);
  });

  it('Every figure that is none is named.', () => {
    expect(() => read({})).toThrow('no list of figures');
    const upside = { ...figure(100), spread: { low: 2, high: 1 } };
    expect(() => read([figure(100), { name: 'a' }, null, upside])).toThrow('not a figure: /1, /2, /3');
  });
});
