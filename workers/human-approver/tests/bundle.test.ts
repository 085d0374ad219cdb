import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contextFor } from '@wcp/worker-kit/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { approverFor } from '../src/index.ts';
import { PASSWORD } from './support/open-page.ts';
import { startProgram } from './support/program.ts';
import { RealHall } from './support/real-hall.ts';
import { Visitor } from './support/visitor.ts';

const home = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'human-approver-'));
const bundle = join(folder, 'bundle.js');

beforeAll(() => {
  const workshop = join(folder, 'workshop');
  mkdirSync(workshop);
  for (const name of ['package.json', 'src', 'node_modules'])
    symlinkSync(join(home, name), join(workshop, name));
  const build = join(home, '..', '..', 'tooling', 'src', 'build', 'build-package.ts');
  expect(spawnSync(process.execPath, [build], { cwd: workshop, encoding: 'utf8' })).toMatchObject({
    status: 0,
  });
  copyFileSync(join(workshop, 'dist', 'bundle.js'), bundle);
  rmSync(workshop, { recursive: true });
});
afterAll(() => rmSync(folder, { recursive: true }));

test('The bundle runs as the worker without any package.', () => {
  const worker = approverFor({});
  const record = spawnSync(process.execPath, [bundle, '--record'], { encoding: 'utf8', env: {} });
  expect(JSON.parse(record.stdout)).toEqual(worker.record);
  const request = { approval_id: 'one', resolution: 'deny' };
  const input = `${JSON.stringify({ context: contextFor(worker), request })}\n`;
  const { stdout, stderr } = spawnSync(process.execPath, [bundle, '--stdio'], {
    input,
    encoding: 'utf8',
    env: {},
  });
  expect([stderr, JSON.parse(stdout).deny_reason.code]).toEqual(['', 'HALL_NOT_CONFIGURED']);
});

test('The bundle serves the page without any package.', async () => {
  const hall = await RealHall.open();
  await hall.hold();
  const program = await startProgram(['0'], { ...hall.env, WCP_APPROVER_TOKEN: PASSWORD }, bundle);
  const steward = new Visitor(JSON.parse(program.stdout).listening);
  await steward.signIn(PASSWORD);
  expect((await steward.get('/')).text).toContain('tenant-a');
});
