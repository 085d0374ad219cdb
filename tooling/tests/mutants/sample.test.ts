import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readOptions } from '../../src/mutants/options.ts';
import { chooseMutants, isWhole } from '../../src/mutants/sample.ts';
import { mutantOf, scratch, sourceOf, tried } from '../support/mutants.ts';

const NUMBERS = Array.from({ length: 50 }, (_, index) => String(index + 100));
const router = sourceOf('packages/router/a.ts', NUMBERS.join(' '));
const evidence = { ...router, target: 'evidence', path: 'packages/evidence/b.ts' };
const all = [router, evidence].flatMap((source) => NUMBERS.map((number) => mutantOf(source, number, 'x')));
const choose = (...args: readonly string[]) => chooseMutants(all, readOptions(args)).mutants;

test('Everything is tried where nothing is asked for.', () => {
  expect(choose()).toEqual(all);
  expect(isWhole(readOptions(['--target', 'router']))).toBe(true);
});

test('A sample holds that many mutants of each target, in their order.', () => {
  const sample = choose('--sample', '10');
  expect(sample.filter(({ target }) => target === 'router')).toHaveLength(10);
  expect(sample.filter(({ target }) => target === 'evidence')).toHaveLength(10);
  expect(sample).toEqual(all.filter((mutant) => sample.includes(mutant)));
  expect(isWhole(readOptions(['--sample', '10']))).toBe(false);
});

test('A sample is the same for the same seed, and another for another.', () => {
  const sample = choose('--sample', '10', '--seed', '7');
  expect(choose('--sample', '10', '--seed', '7')).toEqual(sample);
  expect(choose('--sample', '10', '--seed', '8')).not.toEqual(sample);
});

test('A target and a text in the path narrow the choice.', () => {
  expect(choose('--target', 'router').every(({ target }) => target === 'router')).toBe(true);
  expect(choose('--only', 'b.ts').every(({ target }) => target === 'evidence')).toBe(true);
  expect(choose('--only', 'no such file')).toEqual([]);
});

test('The survivors of an earlier run are tried again, and nothing else.', () => {
  const file = join(scratch(), 'result.json');
  const results = all.slice(0, 4).map((mutant, index) => tried(mutant, index === 2 ? null : 'a/1'));
  writeFileSync(file, JSON.stringify([{ tried: results }]));
  expect(choose('--again', file)).toEqual([all[2]]);
});

test('What is excluded is not tried, and is counted.', () => {
  const [first, ...others] = all.map((mutant, index) =>
    index === 0 ? { ...mutant, excluded: 'why' } : mutant,
  );
  const { mutants, excluded } = chooseMutants(first ? [first, ...others] : [], readOptions([]));
  expect(excluded).toEqual([first]);
  expect(mutants).toEqual(others);
});
