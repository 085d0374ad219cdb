import { expect, it } from 'vitest';
import { folderOf, REQUEST, RULES, record, wcp, wcpJson } from '../../support/support.ts';

const ARGS = ['explain', 'request.json', '--rules', 'rules.json', '--workers', 'worker.json'];
const world = (request: object) =>
  folderOf({ 'request.json': request, 'rules.json': RULES, 'worker.json': record() });

it('The command explain shows every step, where the decision stopped, and the smallest change.', async () => {
  const { code, out } = await wcp(ARGS, { cwd: world({ ...REQUEST, env: 'stage' }) });
  expect(out).toMatch(/^ 8 {2}ok {6}a rule matches$/m);
  expect(out).toMatch(/^ 9 {2}DENIED {2}a worker is selected$/m);
  expect(out).toMatch(/^15 {2}- {7}the approval fits/m);
  expect(out).toContain('The smallest change that would allow it:');
  expect(out).toContain('allowed_environments');
  expect(out).toContain('remedy');
  expect(code).toBe(1);
});

it('The command explain exits 0 on a dispatch, and prints the explanation with --json.', async () => {
  const { code, json } = await wcpJson(ARGS, { cwd: world(REQUEST) });
  expect(json).toMatchObject({ decision: { outcome: 'DISPATCH' }, changes: [], remedy: null });
  expect(code).toBe(0);
});

it('The command explain exits 2 on bad input.', async () => {
  expect((await wcp(ARGS, { cwd: folderOf({}) })).code).toBe(2);
});
