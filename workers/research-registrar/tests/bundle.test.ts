import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { contextOf, documentOf } from './samples.ts';

const home = join(import.meta.dirname, '..');
const build = join(home, '..', '..', 'tooling', 'src', 'build', 'build-package.ts');
const folder = mkdtempSync(join(tmpdir(), 'registrar-bundle-'));
const workshop = join(folder, 'workshop');
const copy = join(folder, 'copy');
const stores = join(folder, 'stores');

beforeAll(() => {
  for (const each of [workshop, copy, stores]) mkdirSync(each);
  for (const name of ['package.json', 'src', 'node_modules']) {
    symlinkSync(join(home, name), join(workshop, name));
  }
  const built = spawnSync(process.execPath, [build], { cwd: workshop, encoding: 'utf8' });
  expect(built).toMatchObject({ status: 0 });
  copyFileSync(join(workshop, 'dist', 'bundle.js'), join(copy, 'bundle.js'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const calls = [
  { context: contextOf('cap.research.register'), request: documentOf('a', ['The lamp is lit.']) },
  {
    context: contextOf('cap.mem.retrieve'),
    request: { query: 'lamp', vector: [1, 0, 0], model: 'test-3' },
  },
];

const run = (file: string) => {
  const permission = ['--permission', '--allow-fs-read=*', `--allow-fs-write=${stores}`];
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [...permission, join(copy, 'bundle.js'), '--stdio'],
    {
      input: calls.map((call) => `${JSON.stringify(call)}\n`).join(''),
      encoding: 'utf8',
      env: { WCP_RESEARCH_DB: file },
    },
  );
  return {
    stdout,
    stderr,
    answers: stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)])),
  };
};

test('The bundle is the whole worker: it needs no native code, and no more than Node’s permission to write its folder.', () => {
  expect(readdirSync(join(workshop, 'dist')).filter((name) => /\.(so|dylib|dll|node)$/.test(name))).toEqual(
    [],
  );
  const { stderr, answers } = run(join(stores, 'research.db'));
  expect(stderr).toBe('');
  expect(answers).toMatchObject([
    { status: 'ok', result: { chunks: 1, store: 'file' } },
    { status: 'ok', result: { hits: [{ text: 'The lamp is lit.' }] } },
  ]);
});

test('The bundle denies where its store cannot be made, and says nothing of the machine.', () => {
  const { stdout, answers } = run(join(copy, 'no-such-folder', 'research.db'));
  expect(answers).toMatchObject([
    { status: 'denied', deny_reason: { code: 'REGISTER_STORE_UNAVAILABLE' } },
    { status: 'denied', deny_reason: { code: 'RETRIEVE_STORE_UNAVAILABLE' } },
  ]);
  expect(stdout).not.toContain(copy);
});
