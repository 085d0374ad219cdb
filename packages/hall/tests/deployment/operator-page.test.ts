import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROBLEMS, ROLES } from '@wcp/spec/hall';
import { describe, expect, test } from 'vitest';
import { readServerSettings } from '../../src/deployment/settings/server-settings.ts';

const PAGE = readFileSync(join(import.meta.dirname, '../../../../docs/hall.md'), 'utf8');

/** The rows of the tables of a section: the text of each cell. */
function rowsOf(heading: string): string[][] {
  const [, after = ''] = PAGE.split(`\n${heading}\n`);
  const [section = ''] = after.split(/^#{2,3} /m);
  const rows = section.split('\n').filter((line) => line.startsWith('| '));
  return rows.map((row) => row.slice(2, -2).split(' | '));
}

const namesIn = (cell = '') => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => String(name));
const numberIn = (text = '') => Number(text.replaceAll(',', ''));

/** The numbers that a table allows, each with what makes settings of one. */
function rangesOf(heading: string, settingsOf: (name: string, value: number) => object) {
  return rowsOf(heading).flatMap(([cell, , values]) => {
    const [, least, most] = /^([\d,]+) to ([\d,]+)$/.exec(values ?? '') ?? [];
    if (most === undefined) return [];
    const [name = ''] = namesIn(cell);
    const settings = (value: number) => settingsOf(name, value);
    return [{ name, least: numberIn(least), most: numberIn(most), settings }];
  });
}

function nested(name: string, value: number): object {
  return name.split('.').reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as object;
}

const ranges = [
  ...rangesOf('## server.json', nested),
  ...rangesOf('### A worker in server.json', (name, value) => ({
    workers: [{ dir: 'worker', program: 'main.mjs', [name]: value }],
  })),
];

describe('the page for operators', () => {
  test('The page has the range of every setting that is a number.', () => {
    expect(ranges.length).toBeGreaterThanOrEqual(16);
  });

  test.each(ranges)('The page states the range of $name as it is.', ({ least, most, settings }) => {
    expect(() => readServerSettings(settings(least))).not.toThrow();
    expect(() => readServerSettings(settings(most))).not.toThrow();
    expect(() => readServerSettings(settings(least - 1))).toThrow();
    expect(() => readServerSettings(settings(most + 1))).toThrow();
  });

  test('The page describes every member that has a default, and states plain defaults as they are.', () => {
    const rows = rowsOf('## server.json');
    for (const [name, value] of Object.entries(readServerSettings({}))) {
      const row = rows.find(([cell]) => namesIn(cell).some((text) => text.split('.')[0] === name));
      expect(row, name).toBeDefined();
      if (typeof value === 'number') expect(numberIn(row?.[1]), name).toBe(value);
      if (typeof value === 'string') expect(namesIn(row?.[1]), name).toEqual([value]);
    }
  });

  test('The page lists every problem code under its status, and no other.', () => {
    const listed = rowsOf('## Problems').flatMap(([status, codes]) =>
      namesIn(codes).map((code) => `${status} ${code}`),
    );
    const known = Object.entries(PROBLEMS).map(([code, { status }]) => `${status} ${code}`);
    expect(listed.sort()).toEqual(known.sort());
  });

  test('The page says of every role what it may do, and of no other.', () => {
    const listed = rowsOf('## Keys and roles').flatMap(([role]) => namesIn(role));
    expect(listed.sort()).toEqual([...ROLES].sort());
  });
});
