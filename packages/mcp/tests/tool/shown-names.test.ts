import { expect, test } from 'vitest';
import { shownNames } from '../../src/index.ts';

const shown = (names: readonly string[], longest = 40) => [...shownNames(names, longest)];

test('A name that every client passes on is shown as it is.', () => {
  expect(shown(['read_file', 'Read-2'])).toEqual([
    ['Read-2', 'Read-2'],
    ['read_file', 'read_file'],
  ]);
});

test('Names that a client folds into one are shown apart.', () => {
  const names = ['read.file', 'read_file', 'READ_FILE', 'read file'];
  const all = shownNames(names, 40);
  expect(new Set([...all.values()].map((name) => name.toLowerCase())).size).toBe(names.length);
  for (const name of all.values()) expect(name).toMatch(/^[A-Za-z0-9_-]{1,40}$/);
});

test('A name that is too long with the prefix of a client is cut, and stays the only one of its kind.', () => {
  const names = ['x'.repeat(64), `${'x'.repeat(63)}y`, 'x'.repeat(20)];
  const all = shownNames(names, 20);
  expect(new Set(all.values()).size).toBe(3);
  for (const name of all.values()) expect(name.length).toBeLessThanOrEqual(20);
});

test('A tool cannot take the shown name of another by being called like it.', () => {
  const [[, folded]] = shown(['a.b', 'zz']) as [[string, string]];
  const all = shownNames(['a.b', folded], 40);
  expect(new Set(all.values()).size).toBe(2);
});
