import { utf8Length } from '@wcp/spec/json';
import { describe, expect, test } from 'vitest';
import { partsOf } from '../../../src/pipeline/document/document-parts.ts';

const LIMIT = 590_002;

describe('a long text is cut into parts that fit into a request', () => {
  test.each([
    ['paragraphs', 'word word\n\n'],
    ['lines', 'word word\n'],
    ['words', 'word '],
    ['letters', 'a'],
    ['characters of two code units', '😀'],
    ['characters of three bytes', '灯'],
    ['what JSON escapes', '"\u0001\n'],
    ['lone surrogates', '\ud800'],
  ])('of %s, and nothing is lost', (_, unit) => {
    const text = `x${unit.repeat(Math.ceil(1_300_000 / unit.length))}`;
    const parts = partsOf(text);
    expect(parts.join('')).toBe(text);
    expect(parts.length).toBeGreaterThan(2);
    for (const part of parts) expect(utf8Length(JSON.stringify(part))).toBeLessThanOrEqual(LIMIT);
    if (unit !== '\ud800') for (const part of parts) expect(part.isWellFormed()).toBe(true);
  });

  test('between paragraphs, before lines and words', () => {
    const text = `${'word '.repeat(100_000)}\n\n${'word '.repeat(10_000)}\n${'word '.repeat(100_000)}`;
    expect(partsOf(text)[0]).toBe(`${'word '.repeat(100_000)}\n\n`);
  });

  test('and a short one is one part, an empty one none', () => {
    expect(partsOf('short')).toEqual(['short']);
    expect(partsOf('')).toEqual([]);
  });
});
