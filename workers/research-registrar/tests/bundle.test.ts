import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { VEC_FILE } from '../src/store/sqlite-vec.ts';
import { contextOf, documentOf } from './samples.ts';

const home = join(import.meta.dirname, '..');
const build = join(home, '..', '..', 'tooling', 'src', 'build', 'build-package.ts');
const folder = mkdtempSync(join(tmpdir(), 'registrar-bundle-'));
const workshop = join(folder, 'workshop');
const copy = join(folder, 'copy');

beforeAll(() => {
  mkdirSync(workshop);
  mkdirSync(copy);
  for (const name of ['package.json', 'src', 'scripts', 'node_modules']) {
    symlinkSync(join(home, name), join(workshop, name));
  }
  const built = spawnSync(process.execPath, [build], { cwd: workshop, encoding: 'utf8' });
  expect(built).toMatchObject({ status: 0 });
  copyFileSync(join(workshop, 'dist', 'bundle.js'), join(copy, 'bundle.js'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const document = documentOf('a', ['The lamp is lit.']);
const question = { query: 'lamp', vector: [1, 0, 0], model: 'test-3' };
const run = () => {
  const calls = [
    { context: contextOf('cap.research.register'), request: document },
    { context: contextOf('cap.mem.retrieve'), request: question },
  ];
  const { stdout, stderr } = spawnSync(process.execPath, [join(copy, 'bundle.js'), '--stdio'], {
    input: calls.map((call) => `${JSON.stringify(call)}\n`).join(''),
    encoding: 'utf8',
    env: { WCP_RESEARCH_DB: join(copy, 'research.db') },
  });
  return {
    stdout,
    stderr,
    answers: stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)])),
  };
};

test('The bundle without the native part of sqlite-vec denies, and leaves no partial store.', () => {
  const { stdout, answers } = run();
  expect(answers).toMatchObject([
    { status: 'denied', deny_reason: { code: 'REGISTER_STORE_UNAVAILABLE' } },
    { status: 'denied', deny_reason: { code: 'RETRIEVE_STORE_UNAVAILABLE' } },
  ]);
  expect(stdout).not.toContain(copy);
});

test('The bundle runs with only the native part beside it.', () => {
  expect(readdirSync(join(workshop, 'dist'))).toContain(VEC_FILE);
  copyFileSync(join(workshop, 'dist', VEC_FILE), join(copy, VEC_FILE));
  const { stderr, answers } = run();
  expect(stderr).toBe('');
  expect(answers).toMatchObject([
    { status: 'ok', result: { chunks: 1, store: 'file' } },
    { status: 'ok', result: { hits: [{ text: 'The lamp is lit.' }] } },
  ]);
  expect(existsSync(join(copy, 'research.db'))).toBe(true);
});
