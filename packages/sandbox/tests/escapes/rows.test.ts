import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ESCAPES } from './rows/escapes.ts';

const MIN_ROWS = 60;
const SECURITY = join(import.meta.dirname, '../../../../docs/security.md');

test('There are at least sixty rows, and no two have the same title.', () => {
  expect(ESCAPES.length).toBeGreaterThanOrEqual(MIN_ROWS);
  expect(new Set(ESCAPES.map(({ title }) => title)).size).toBe(ESCAPES.length);
});

test('Every program has a row, and every row a program.', () => {
  const programs = readdirSync(join(import.meta.dirname, 'programs'));
  const hostile = programs.filter((name) => !/^(attempt\.|README|__)/.test(name));
  expect([...new Set(ESCAPES.map(({ program }) => program))].sort()).toEqual(hostile.sort());
});

test('Every title is a sentence.', () => {
  for (const { title } of ESCAPES) expect(title).toMatch(/^[A-Z].*\.$/);
});

test('What is open is named in docs/security.md.', () => {
  const text = plain(readFileSync(SECURITY, 'utf8'));
  const open = ESCAPES.flatMap(({ expect: wanted }) => ('open' in wanted ? [wanted.says] : []));
  expect(open.length).toBeGreaterThan(0);
  expect([...new Set(open)].filter((sentence) => !text.includes(plain(sentence)))).toEqual([]);
});

/** As one line. */
function plain(text: string): string {
  return text.replace(/\s+/g, ' ');
}
