import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const PACKAGE = join(import.meta.dirname, '..');
const README = readFileSync(join(PACKAGE, 'README.md'), 'utf8');
const PORTING = readFileSync(join(PACKAGE, '../../docs/porting.md'), 'utf8');
/** What every package has, and nobody has to be told of. */
const PLAIN = ['LICENSE', 'README.md', 'package.json', 'text/LICENSE'];

const packed = packedFiles();

/** The files of the tarball, which packing also makes: `text/` and `data/`. */
function packedFiles(): string[] {
  const { stdout, stderr, status } = spawnSync('npm', ['pack', '--dry-run', '--json'], {
    cwd: PACKAGE,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  const [{ files }] = JSON.parse(stdout.slice(stdout.indexOf('[\n'))) as [{ files: { path: string }[] }];
  return files.map(({ path }) => path).filter((path) => !PLAIN.includes(path));
}

/** A place in a document, `*` for any name and `<area>` for any area, as an expression for paths. */
function patternOf(place: string): RegExp {
  const text = place
    .replace(/\/$/, '')
    .replaceAll('.', '\\.')
    .replaceAll('*', '[^/]+')
    .replaceAll(/<[a-z]+>/g, '[^/]+');
  return new RegExp(`^${text}(?:/.*)?$`);
}

const inPorting = [...PORTING.matchAll(/`\$SPEC\/([^`]+)`/g)].map(([, place]) => place as string);
const inReadme = [...README.matchAll(/`((?:schemas|conformance|text|data)\/[^`]+)`/g)].map(
  ([, place]) => place as string,
);

describe.each([
  ['docs/porting.md', inPorting, packed],
  ['The README of @wcp/spec', inReadme, packed.filter((path) => !path.startsWith('dist/'))],
])('%s', (_, places, files) => {
  test('names nothing that the tarball does not have.', () => {
    expect(places.length).toBeGreaterThan(6);
    expect(places.filter((place) => !files.some((path) => patternOf(place).test(path)))).toEqual([]);
  });

  test('names every file that the tarball has.', () => {
    expect(files.filter((path) => !places.some((place) => patternOf(place).test(path)))).toEqual([]);
  });
});

test('The tarball has every chapter of the text, and both tables of data.', () => {
  expect(packed.filter((path) => /^text\/\d\d-/.test(path))).toHaveLength(13);
  expect(packed).toEqual(
    expect.arrayContaining(['data/catalog.json', 'data/deny-codes.json', 'text/README.md']),
  );
});
