import { spawnSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { packageEntries } from '../../src/view/package-entries.ts';
import { librariesOf, needsOf } from '../../src/view/program/libraries.ts';
import { interpreterOf } from '../../src/view/program/program-entries.ts';
import { readElf } from '../../src/view/program/read-elf.ts';
import { makeElf } from '../support/make-elf.ts';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'wcp-elf-')));
afterAll(() => rmSync(folder, { recursive: true }));
const MACHINE = process.arch === 'arm64' ? 183 : 62;
const reader = (file: Buffer) => (offset: number, length: number) => file.subarray(offset, offset + length);

test('a program says what it needs', () => {
  const file = makeElf({
    interpreter: '/lib64/ld.so',
    needed: ['libc.so.6', 'libm.so.6'],
    runpath: '$ORIGIN/../lib:/opt/lib',
  });
  expect(readElf(reader(file))).toEqual({
    machine: 62,
    interpreter: '/lib64/ld.so',
    needed: ['libc.so.6', 'libm.so.6'],
    folders: ['$ORIGIN/../lib', '/opt/lib'],
  });
});

test('whatever bytes a file has, reading it ends, and reads little', () => {
  const whole = makeElf({ interpreter: '/lib64/ld.so', needed: ['libc.so.6'] });
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 12 }),
      fc.nat(whole.length),
      (changes, cut) => {
        const file = Buffer.from(whole.subarray(0, whole.length - (cut % 8)));
        for (const [at, value] of changes) file[at % file.length] = value;
        let bytes = 0;
        readElf((offset, length) => {
          bytes += length;
          return file.subarray(offset, offset + length);
        });
        expect(bytes).toBeLessThan(64 * 1024 * 1024);
      },
    ),
  );
});

test('the libraries of a program are those that its own loader names', () => {
  const program = realpathSync(process.execPath);
  const needs = needsOf(program);
  if (needs?.interpreter == null) throw new Error('Node has a loader.');
  const { stdout } = spawnSync(needs.interpreter, ['--list', program], { encoding: 'utf8' });
  const named = [...stdout.matchAll(/(\/\S+) \(0x/g)].map(([, file = '']) => realpathSync(file));
  const found = librariesOf([{ needs, place: program }]).map((file) => realpathSync(file));
  expect(named.length).toBeGreaterThan(3);
  expect([...new Set(found)].sort()).toEqual(
    [...new Set([...named, realpathSync(needs.interpreter)])].sort(),
  );
});

test('a file of a package never chooses which files of the host are shown', () => {
  writeFileSync(join(folder, 'libsecret.so'), makeElf({ machine: MACHINE }));
  writeFileSync(join(folder, 'secret'), 'of the host');
  const hostile = [
    makeElf({ machine: MACHINE, needed: ['libsecret.so'], runpath: folder }),
    makeElf({ machine: MACHINE, needed: [join(folder, 'libsecret.so')] }),
    makeElf({ machine: MACHINE, needed: ['../etc/shadow', '../../etc/passwd'] }),
    makeElf({ machine: MACHINE, interpreter: join(folder, 'secret') }),
    makeElf({ machine: MACHINE, interpreter: join(folder, 'libsecret.so') }),
    makeElf({ machine: MACHINE, interpreter: '/lib/../etc/passwd' }),
    makeElf({ machine: MACHINE, interpreter: '/etc/passwd' }),
  ];
  for (const bytes of hostile) {
    const shown = packageEntries([{ path: 'addon.node', bytes }]).filter(({ kind }) => kind === 'bind');
    expect(shown).toEqual([]);
  }
  const honest = packageEntries([
    { path: 'addon.node', bytes: makeElf({ machine: MACHINE, needed: ['libc.so.6'] }) },
  ]);
  expect(
    honest
      .filter(({ kind }) => kind === 'bind')
      .map(({ to }) => to)
      .join(),
  ).toContain('libc.so.6');
});

test("the operator's own program brings the libraries beside it", () => {
  writeFileSync(
    join(folder, 'program'),
    makeElf({ machine: MACHINE, needed: ['libsecret.so'], runpath: '$ORIGIN' }),
  );
  const needs = needsOf(join(folder, 'program'));
  if (needs === null) throw new Error('It is a program.');
  expect(librariesOf([{ needs, place: join(folder, 'program') }])).toContain(join(folder, 'libsecret.so'));
});

test('a path of a package stays below its folder', () => {
  for (const path of ['../x', '/x', 'a/../../x', './x', 'a//b', '', 'a\0b', 'a/.']) {
    expect(() => packageEntries([{ path, bytes: new Uint8Array() }]), path).toThrow(
      expect.objectContaining({ code: 'ERR_WCP_SANDBOX' }),
    );
  }
  const twice = { path: 'a', bytes: new Uint8Array() };
  expect(() => packageEntries([twice, twice])).toThrow('twice');
});

test('the first line of a script names its interpreter', () => {
  expect(interpreterOf(Buffer.from('#!/bin/sh -e\n'))).toBe('/bin/sh');
  expect(interpreterOf(Buffer.from('#! /usr/bin/env python3\n'))).toBe('/usr/bin/env');
  for (const text of ['#!sh\n', '// #!/bin/sh', '#!', ''])
    expect(interpreterOf(Buffer.from(text))).toBe(null);
});
