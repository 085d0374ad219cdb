import { checkId, sha256, WcpError } from '@wcp/spec';
import { expect, test } from 'vitest';
import { aliasOf, toolIds } from '../../src/index.ts';

const namespace = { authority: 'org.acme', alias: 'files' };
const PREFIX = 'org.acme.mcp-files.';
const segmentsOf = (ids: ReadonlyMap<string, string>) =>
  new Map([...ids].map(([name, id]) => [name, id.slice(PREFIX.length)]));
const hashOf = (name: string) => sha256(name).slice('sha256:'.length).slice(0, 8);

test('A name in lower snake or kebab case is kept, in kebab case.', () => {
  const ids = toolIds(['read_file', 'list-all', 'get2', '7'], namespace);
  expect([...ids.values()]).toEqual([
    'org.acme.mcp-files.read-file',
    'org.acme.mcp-files.list-all',
    'org.acme.mcp-files.get2',
    'org.acme.mcp-files.7',
  ]);
});

test.each([
  'readFile',
  'READ',
  'read.file',
  'read/file',
  'read file',
  'read_file-now',
  '_read',
  'read__file',
  '日本',
  '',
  'x'.repeat(60),
])('The name %j is folded and gets a part of its hash.', (name) => {
  const id = toolIds([name], namespace).get(name) as string;
  expect(id.endsWith(`-${hashOf(name)}`)).toBe(true);
  expect(checkId(id, 'worker').valid).toBe(true);
  expect(checkId(id, 'capability').valid).toBe(true);
});

test('Names that would have one segment together all get a part of their hash.', () => {
  const ids = toolIds(['read_file', 'read-file', 'other'], namespace);
  expect(ids.get('read_file')).toBe(`${PREFIX}read-file-${hashOf('read_file')}`);
  expect(ids.get('read-file')).toBe(`${PREFIX}read-file-${hashOf('read-file')}`);
  expect(ids.get('other')).toBe(`${PREFIX}other`);
});

test('What is pinned keeps its id when a tool with nearly the same name appears.', () => {
  const pinned = segmentsOf(toolIds(['read_file'], namespace));
  const ids = toolIds(['read-file', 'read_file'], namespace, pinned);
  expect(ids.get('read_file')).toBe(`${PREFIX}read-file`);
  expect(ids.get('read-file')).toBe(`${PREFIX}read-file-${hashOf('read-file')}`);
});

test('A tool that is named like the folded segment of another does not take it.', () => {
  const first = toolIds(['readFile'], namespace);
  const pinned = segmentsOf(first);
  const imposter = pinned.get('readFile') as string;
  const ids = toolIds(['readFile', imposter], namespace, pinned);
  expect(new Set(ids.values()).size).toBe(2);
  expect(ids.get('readFile')).toBe(first.get('readFile'));
});

test('The order in which a server lists its tools makes no difference.', () => {
  const names = ['b_c', 'b-c', 'A', 'a', 'B.c'];
  const sorted = (list: readonly string[]) => [...toolIds(list, namespace)].sort();
  expect(sorted([...names].reverse())).toEqual(sorted(names));
});

test('A hundred thousand names have valid ids, each its own, which later arrivals leave as they are.', () => {
  const ALPHABET = [
    'a',
    'b',
    'A',
    'B',
    '_',
    '-',
    '.',
    '/',
    ' ',
    '1',
    'é',
    '日',
    '\ud83d\ude00',
    '\ud800',
    '\0',
  ];
  let seed = 20261130;
  const random = (below: number) => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return Math.floor((seed / 2147483648) * below);
  };
  const nameOf = () => Array.from({ length: random(80) }, () => ALPHABET[random(ALPHABET.length)]).join('');
  const names = [...new Set(Array.from({ length: 100_000 }, nameOf))];
  const early = toolIds(names.slice(0, names.length / 2), namespace);
  const all = toolIds(names, namespace, segmentsOf(early));
  expect(all.size).toBe(names.length);
  expect(new Set(all.values()).size).toBe(names.length);
  expect([...early].filter(([name, id]) => all.get(name) !== id)).toEqual([]);
  const invalid = [...all.values()].filter(
    (id) => !checkId(id, 'worker').valid || id.split('.').length !== 4,
  );
  expect(invalid).toEqual([]);
});

test.each([
  [{ authority: 'acme', alias: 'files' }],
  [{ authority: 'org.acme', alias: 'Files' }],
  [{ authority: 'org.acme', alias: '' }],
  [{ authority: `org.${'a'.repeat(40)}`, alias: 'sixteen-letters-' }],
])('The namespace %j is refused.', (bad) => {
  expect(() => toolIds(['read'], bad)).toThrow(WcpError);
});

test.each([
  ['Files', 'files'],
  ['my.server/1', 'my-server-1'],
  ['a-very-long-name-of-a-server', 'a-very-long-name'],
  ['日本', 'server'],
])('The alias of %j is %j.', (key, alias) => {
  expect(aliasOf(key)).toBe(alias);
});
