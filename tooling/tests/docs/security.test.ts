import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT } from '../../src/repository/root.ts';

const page = readFileSync(join(ROOT, 'docs/security.md'), 'utf8');
const paths = [
  ...new Set([...page.matchAll(/`((?:packages|workers|tooling)\/[^`]+)`/g)].map(([, path = '']) => path)),
];

/** The files of a path that hold tests or cases: the file itself, or those in the folder. */
function filesAt(path: string): string[] {
  const place = join(ROOT, path);
  if (!existsSync(place)) return [];
  if (statSync(place).isFile()) return [path];
  return readdirSync(place, { recursive: true, encoding: 'utf8' }).map((name) => join(path, name));
}

describe('docs/security.md', () => {
  test('The page names many tests.', () => {
    expect(paths.length).toBeGreaterThan(40);
  });

  test.each(paths)('%s exists, and holds tests or cases.', (path) => {
    const files = filesAt(path).filter((file) => /\.test\.ts$|\.json$/.test(file));
    expect(files).not.toEqual([]);
    for (const file of files.filter((each) => each.endsWith('.ts'))) {
      expect(readFileSync(join(ROOT, file), 'utf8')).toMatch(/expect\(|[a-z]Tests\(|\btest[A-Z]\w*\(/);
    }
  });

  const rows = page.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| ---'));
  const tables = page.split(/\n\n/).filter((part) => part.startsWith('| ') && part.includes('shown by'));

  test('Every guarantee names what shows it.', () => {
    expect(tables.length).toBeGreaterThanOrEqual(5);
    for (const row of tables.flatMap((table) => table.split('\n').slice(2))) {
      // What a stolen signing key can do cannot be shown to be prevented.
      expect(row).toMatch(/`(packages|workers)\/|\| - \|$/);
    }
    expect(rows.filter((row) => row.endsWith('| - |'))).toHaveLength(1);
  });

  test('What is open has a section of its own, and others lead to the page.', () => {
    expect(page).toContain('\n### What stays open\n');
    for (const file of ['README.md', 'SECURITY.md', 'docs/README.md', 'docs/hall.md']) {
      expect(readFileSync(join(ROOT, file), 'utf8')).toMatch(/\]\((docs\/)?security\.md(#[a-z-]+)?\)/);
    }
  });
});
