import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { listFiles } from '../../src/repository/files.ts';
import { ROOT } from '../../src/repository/root.ts';

const page = readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8');
const changes = [...page.matchAll(/^\| ([^|`]+) \| `([^`]+)` \| `([^`]+)` \|$/gm)].map(
  ([, change = '', file = '', holds = '']) => ({ change, file, holds }),
);

const paths = new Set(
  [...page.matchAll(/`((?:packages|workers|tooling|docs|scripts)\/[^`<*]+)`/g)].map(([, path = '']) => path),
);

test('The page names many paths.', () => {
  expect(paths.size).toBeGreaterThan(60);
});

test.each([...paths])('The path %s on the page exists.', (path) => {
  expect(existsSync(join(ROOT, path))).toBe(true);
});

test('At least 24 changes have a row.', () => {
  expect(changes.length).toBeGreaterThanOrEqual(24);
});

test.each(changes)('The change "$change" leads to $file, which holds $holds.', ({ file, holds }) => {
  const text = readFileSync(join(ROOT, file), 'utf8');
  expect(text).toMatch(new RegExp(`\\b(const|function|class|interface|type) ${holds}\\b`));
});

test.each(changes)('The names of the folders lead from "$change" to $file.', ({ change, file }) => {
  const places = file.toLowerCase().replace(/\.ts$/, '').split(/[/-]/);
  const words = change.toLowerCase().match(/[a-z]{2,}/g) ?? [];
  const shared = words.filter((word) => places.some((place) => isSameWord(word, place)));
  expect(shared).not.toEqual([]);
});

/** Whether a word and a part of a path are the same but for their ending: `roles`, `role`. */
function isSameWord(word: string, place: string): boolean {
  if (word === place) return true;
  const length = Math.min(word.length, place.length) - 1;
  return length >= 3 && word.slice(0, length) === place.slice(0, length);
}

const links = ['README.md', 'CONTRIBUTING.md', 'docs/README.md', 'docs/architecture.md'].flatMap((file) =>
  [...readFileSync(join(ROOT, file), 'utf8').matchAll(/\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)/g)].map(
    ([, target = '']) => ({ file, target }),
  ),
);

test.each(links)('The link from $file to $target leads somewhere.', ({ file, target }) => {
  expect(existsSync(join(ROOT, file, '..', target))).toBe(true);
});

test('Every page of the documentation is in its index.', () => {
  const index = readFileSync(join(ROOT, 'docs/README.md'), 'utf8');
  const pages = listFiles(ROOT).filter((file) => /^docs\/[a-z-]+\.md$/.test(file));
  expect(pages.filter((page) => !index.includes(`(${page.slice('docs/'.length)})`))).toEqual([]);
});
