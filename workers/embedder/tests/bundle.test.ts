import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contextFor } from '@wcp/worker-kit/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { embedderFor } from '../src/index.ts';
import { provideVectors } from './vectors.ts';

const home = join(import.meta.dirname, '..');
const build = join(home, '..', '..', 'tooling', 'src', 'build', 'build-package.ts');
const folder = mkdtempSync(join(tmpdir(), 'embedder-'));
const workshop = join(folder, 'workshop');
const copy = join(folder, 'copy');
const worker = embedderFor({});
const request = { texts: ['A lighthouse by the sea.'] };

beforeAll(() => {
  provideVectors();
  mkdirSync(join(workshop, 'dist'), { recursive: true });
  mkdirSync(copy);
  for (const name of ['package.json', 'src', 'scripts', 'node_modules']) {
    symlinkSync(join(home, name), join(workshop, name));
  }
  copyFileSync(join(home, 'dist', 'vectors.bin'), join(workshop, 'dist', 'vectors.bin'));
  expect(spawnSync(process.execPath, [build], { cwd: workshop, encoding: 'utf8' })).toMatchObject({
    status: 0,
  });
  copyFileSync(join(workshop, 'dist', 'bundle.js'), join(copy, 'bundle.js'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const run = () =>
  spawnSync(process.execPath, [join(copy, 'bundle.js'), '--stdio'], {
    input: `${JSON.stringify({ context: contextFor(worker), request })}\n`,
    encoding: 'utf8',
    env: {},
  });

test('The bundle without its word vectors denies, and says what to do.', () => {
  expect(JSON.parse(run().stdout)).toMatchObject({
    status: 'denied',
    deny_reason: { code: 'EMBED_VECTORS_MISSING' },
  });
});

test('The bundle runs with only its word vectors beside it.', async () => {
  copyFileSync(join(workshop, 'dist', 'vectors.bin'), join(copy, 'vectors.bin'));
  const { stdout, stderr } = run();
  const { result } = await worker.execute(request, contextFor(worker));
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toMatchObject({ status: 'ok', result });
});
