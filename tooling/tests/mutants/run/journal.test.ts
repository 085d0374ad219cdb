import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fingerprintOf, Journal } from '../../../src/mutants/run/journal.ts';
import { casesNamed, mutantOf, scratch, sourceOf } from '../../support/mutants.ts';

const source = sourceOf('ids.mjs', 'one two three');
const [killed, survivor, broken] = ['one', 'two', 'three'].map((text) => mutantOf(source, text, 'x'));
const cases = casesNamed('a', 'b');
const CAUGHT = { caught: { case: 'a', how: 'failed' }, asked: 2 };
const SURVIVED = { caught: null, asked: 2 };
const BROKEN = { caught: { case: null, how: 'no start' }, asked: 2 };

/** A journal of three results, and its file. */
function written(): string {
  const file = join(scratch(), 'journal');
  const journal = new Journal(file, 'port', cases);
  if (killed) journal.add(killed, CAUGHT);
  if (survivor) journal.add(survivor, SURVIVED);
  if (broken) journal.add(broken, BROKEN);
  return file;
}

const found = (journal: Journal) => [killed, survivor, broken].map((each) => each && journal.find(each));

test('What became of a mutant is known to the next run.', () => {
  expect(found(new Journal(written(), 'port', cases))).toEqual([CAUGHT, SURVIVED, BROKEN]);
});

test('What was tried on another port does not count.', () => {
  expect(found(new Journal(written(), 'other port', cases))).toEqual([undefined, undefined, undefined]);
});

test('A new case is shown to the survivors alone.', () => {
  const more = new Journal(written(), 'port', casesNamed('a', 'b', 'c'));
  expect(found(more)).toEqual([CAUGHT, undefined, BROKEN]);
});

test('A case that changed has caught nothing.', () => {
  const changed = cases.map((each) => ({ ...each, item: { ...each.item, input: { id: 'z' } } }));
  expect(found(new Journal(written(), 'port', changed))).toEqual([undefined, undefined, BROKEN]);
});

test('A case that is gone has caught nothing.', () => {
  expect(found(new Journal(written(), 'port', casesNamed('b')))).toEqual([undefined, undefined, BROKEN]);
});

test('A line that was cut off is forgotten, and the next one stands by itself.', () => {
  const file = written();
  appendFileSync(file, '{"port":"port","key"');
  const journal = new Journal(file, 'port', cases);
  if (killed) journal.add({ ...killed, start: 99 }, CAUGHT);
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  expect(lines).toHaveLength(4);
  expect(() => lines.map((line) => JSON.parse(line))).not.toThrow();
});

test('Nothing is kept without a file.', () => {
  const journal = new Journal(undefined, 'port', cases);
  if (killed) journal.add(killed, CAUGHT);
  expect(found(journal)).toEqual([undefined, undefined, undefined]);
});

test('A port has another name as soon as one of its files or its runtime is another.', () => {
  const folder = scratch();
  writeFileSync(join(folder, 'ids.mjs'), 'one');
  const first = fingerprintOf([folder], 'node 24');
  expect(fingerprintOf([folder], 'node 24')).toBe(first);
  expect(fingerprintOf([folder], 'node 25')).not.toBe(first);
  writeFileSync(join(folder, 'ids.mjs'), 'two');
  expect(fingerprintOf([folder], 'node 24')).not.toBe(first);
});
