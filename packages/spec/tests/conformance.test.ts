import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../src/index.ts';

const FIXTURES = join(import.meta.dirname, '../conformance');
const TEXT = join(import.meta.dirname, '../../../docs/spec');
const REVISION = '0.2';

/**
 * The cases that each level requires are frozen at a release. When this fails, a case came, went or
 * changed its level: say why in a changeset, then write the new digest here.
 */
const FROZEN = 'sha256:dfacdd56cefa907517730223db5821b22d7153cf9ee49f0cccb843ec380899f5';

interface Group {
  readonly id: string;
  readonly requirement: string | readonly string[];
  readonly level: string;
  readonly tests: readonly { readonly id: string }[];
}

const json = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));

const groups = filesUnder(join(FIXTURES, REVISION))
  .filter((file) => !file.includes('/untested/'))
  .flatMap((file) => json(file) as Group[]);
const reasons = new Map(
  filesUnder(join(FIXTURES, REVISION, 'untested')).flatMap((file) =>
    Object.entries(json(file) as Record<string, string>),
  ),
);
const cited = new Set(groups.flatMap(({ requirement }) => requirement));
const requirements = readdirSync(TEXT)
  .filter((file) => file.endsWith('.md'))
  .flatMap((file) => [...readFileSync(join(TEXT, file), 'utf8').matchAll(/\*\*(WCP-[0-9.]+-[0-9]+)\*\*/g)])
  .map(([, id]) => id as string);

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => join(folder, file));
}

describe('The fixtures', () => {
  test('There are at least 400 cases, each with its own id.', () => {
    const ids = groups.flatMap(({ tests }) => tests.map(({ id }) => id));
    expect(ids.length).toBeGreaterThanOrEqual(400);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('Every MUST of the text has a case or a stated reason.', () => {
    expect(requirements.length).toBeGreaterThan(500);
    expect(requirements.filter((id) => !cited.has(id) && !reasons.has(id))).toEqual([]);
  });

  test('No case cites a requirement that the text lacks, and no requirement with a case is excused.', () => {
    const known = new Set(requirements);
    expect([...cited, ...reasons.keys()].filter((id) => !known.has(id))).toEqual([]);
    expect([...reasons.keys()].filter((id) => cited.has(id))).toEqual([]);
    expect([...reasons.values()].filter((reason) => reason.length < 20)).toEqual([]);
  });

  test('The conformance levels require the cases that the release froze.', () => {
    const text = readFileSync(join(FIXTURES, `requirements/${REVISION}.json`), 'utf8');
    const { levels } = JSON.parse(text) as { levels: Record<string, string[]> };
    const byLevel = (level: string) =>
      groups
        .filter((group) => group.level === level)
        .flatMap(({ tests }) => tests.map(({ id }) => id))
        .sort();
    for (const level of ['basic', 'standard', 'full']) expect(levels[level]).toEqual(byLevel(level));
    expect(sha256(text)).toBe(FROZEN);
  });
});

test('Every sentence with MUST has its own id.', () => {
  expect(new Set(requirements).size).toBe(requirements.length);
  for (const file of readdirSync(TEXT).filter((name) => name.endsWith('.md') && !name.startsWith('13-'))) {
    const lines = readFileSync(join(TEXT, file), 'utf8')
      .split('\n')
      .filter((line) => /\bMUST\b/.test(line));
    expect(
      lines.filter((line) => !/^- \*\*WCP-[0-9.]+-[0-9]+\*\* /.test(line)),
      file,
    ).toEqual([]);
  }
});
