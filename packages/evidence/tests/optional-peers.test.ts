import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const SOURCES = join(import.meta.dirname, '../src');
const IMPORT = /^(?:import|export)\s(?!type\b)(?:[^'"]*?\sfrom\s)?'([^']+)'/gm;

/** The packages that an entry loads, through every file of its own. */
function packagesOf(entry: string): string[] {
  const seen = new Set<string>();
  const packages = new Set<string>();
  const visit = (file: string) => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const [, name = ''] of readFileSync(file, 'utf8').matchAll(IMPORT)) {
      if (name.startsWith('.')) visit(join(dirname(file), name));
      else if (!name.startsWith('node:') && !name.startsWith('@wcp/')) packages.add(name);
    }
  };
  visit(join(SOURCES, entry));
  return [...packages].sort();
}

const { exports: entries } = JSON.parse(
  readFileSync(join(import.meta.dirname, '../package.json'), 'utf8'),
) as { exports: Record<string, unknown> };
const names = Object.keys(entries).filter((name) => name !== './package.json');

test.each(names)('The entry %s loads no library, unless it is about timestamps or SCITT.', (name) => {
  const needs: Readonly<Record<string, readonly string[]>> = {
    './timestamp': ['asn1js', 'pkijs'],
    './scitt': ['cborg'],
  };
  expect(packagesOf(join(name, 'index.ts'))).toEqual(needs[name] ?? []);
});
