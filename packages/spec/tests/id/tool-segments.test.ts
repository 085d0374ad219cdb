import { expect, test } from 'vitest';
import { sha256 } from '../../src/base/hash.ts';
import { assignSegments } from '../../src/id/index.ts';

const hashOf = (name: string) => sha256(name.toWellFormed()).slice('sha256:'.length);
const NONE = new Map<string, string>();

test('A name in lower snake or kebab case is its own segment, in kebab case.', () => {
  const segments = assignSegments(['read_file', 'list-all'], NONE, 40);
  expect(Object.fromEntries(segments)).toEqual({ read_file: 'read-file', 'list-all': 'list-all' });
});

test('Any other name is folded, cut and told apart by its hash.', () => {
  const long = 'x'.repeat(60);
  const segments = assignSegments(['readFile', '日本', long], NONE, 20);
  expect(segments.get('readFile')).toBe(`read-file-${hashOf('readFile').slice(0, 8)}`);
  expect(segments.get('日本')).toBe(`t-${hashOf('日本').slice(0, 8)}`);
  expect(segments.get(long)).toBe(`xxxxxxxxxxx-${hashOf(long).slice(0, 8)}`);
});

test('Names that would have one segment together all get a part of their hash, and what is pinned keeps its own.', () => {
  const both = assignSegments(['a_b', 'a-b', 'a_b'], NONE, 40);
  expect(both.get('a_b')).toBe(`a-b-${hashOf('a_b').slice(0, 8)}`);
  const later = assignSegments(['a_b', 'a-b'], new Map([['a_b', 'a-b']]), 40);
  expect([later.get('a_b'), later.get('a-b')]).toEqual(['a-b', `a-b-${hashOf('a-b').slice(0, 8)}`]);
});

test('A segment that is taken is avoided with more of the hash, and at last with a count.', () => {
  const short = `a-${hashOf('A').slice(0, 8)}`;
  expect(assignSegments(['A'], new Map([['other', short]]), 40).get('A')).toBe(
    `a-${hashOf('A').slice(0, 16)}`,
  );
  const names = ['\ud800', '\ud801', '\ud802'];
  const surrogates = assignSegments(names, NONE, 10);
  expect(new Set(surrogates.values()).size).toBe(3);
  expect(surrogates.get('\ud802')).toMatch(/^t-[0-9a-f]{4}-3$/);
});
