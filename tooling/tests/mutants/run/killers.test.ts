import { expect, test } from 'vitest';
import { bySource, casesFor, Killers } from '../../../src/mutants/run/killers.ts';
import type { Reach } from '../../../src/mutants/run/reach.ts';
import { casesNamed, fullReach, mutantOf, sourceOf } from '../../support/mutants.ts';

const source = sourceOf('ids.mjs', 'one();\ntwo();\n');
const cases = casesNamed('a/1', 'a/2', 'b/1', 'b/2');
const mutant = mutantOf(source, 'two', 'three');
const idsFor = (reach: Partial<Reach>, killers = new Killers()) =>
  casesFor(mutant, cases, { ...fullReach([source], cases), ...reach }, killers).map(({ item }) => item.id);

const line = (start: number, end: number) => ({ path: source.path, start, end, unreachable: false });
const places = [line(0, 6), line(7, 13)];

test('One case of each group is asked before the second of any.', () => {
  expect(idsFor({})).toEqual(['a/1', 'b/1', 'a/2', 'b/2']);
});

test('What caught the latest mutant of a source is asked first, the latest before the earlier.', () => {
  const killers = new Killers();
  killers.add('b/2');
  killers.add('a/2');
  expect(idsFor({}, killers)).toEqual(['a/2', 'b/2', 'a/1', 'b/1']);
});

test('Only cases that reach the smallest place around a mutant are asked.', () => {
  const reachedBy = [new Set([0]), new Set([1]), new Set([0, 1]), new Set<number>()];
  expect(idsFor({ places, reachedBy })).toEqual(['a/2', 'b/1']);
});

test('Code that runs before the first case is shown to every case, those that reach its file first.', () => {
  const reachedBy = [new Set<number>(), new Set<number>(), new Set([0]), new Set([0])];
  expect(idsFor({ places, loading: new Set([1]), reachedBy })).toEqual(['b/1', 'a/1', 'b/2', 'a/2']);
});

test('A case of an operation that the port does not have catches nothing.', () => {
  const reachedBy = [new Set<number>(), undefined, new Set<number>(), undefined];
  expect(idsFor({ places, loading: new Set([1]), reachedBy })).toEqual(['a/1', 'b/1']);
});

test('A case that fails without a mutant catches nothing.', () => {
  expect(idsFor({ failing: [{ case: 'a/1', how: 'failed' }] })).toEqual(['a/2', 'b/1', 'b/2']);
});

test('The source with the most mutants comes first, and each keeps its order.', () => {
  const other = sourceOf('more.mjs', 'x y');
  const few = mutantOf(source, 'one', 'none');
  const [first, second] = [mutantOf(other, 'x', 'z'), mutantOf(other, 'y', 'z')];
  expect(bySource([few, first, second])).toEqual([[first, second], [few]]);
});
