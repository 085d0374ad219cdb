import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { checkWorker, contextFor } from '@wcp/worker-kit/testing';
import { expect, test } from 'vitest';
import { worker } from '../src/index.ts';

const program = join(import.meta.dirname, '..', 'src', 'main.ts');
const run = (argv: readonly string[], input = '') =>
  spawnSync(process.execPath, [program, ...argv], { input, encoding: 'utf8' });
const call = (name: unknown, id?: number) =>
  JSON.stringify({ context: contextFor(worker, { correlation_id: 'hello/1' }), request: { name }, id });
const greeted = {
  status: 'ok',
  result: { greeting: 'Hello, Ada!' },
  telemetry: [{ event_id: 'evt.worker.executed', correlation_id: 'hello/1' }],
  evidence: [{ kind: 'execution', correlation_id: 'hello/1' }],
};

test('The worker keeps the contract of every worker.', async () => {
  const invalid = [
    {},
    { name: '' },
    { name: '  ' },
    { name: 7 },
    { name: 'x'.repeat(101) },
    { name: 'Ada', more: 1 },
  ];
  expect(await checkWorker(worker, { valid: [{ name: 'Ada' }, { name: 'Łukasz 😀' }], invalid })).toEqual([]);
});

test('The worker runs in process.', async () => {
  expect(
    await worker.execute({ name: ' Ada ' }, contextFor(worker, { correlation_id: 'hello/1' })),
  ).toMatchObject(greeted);
});

test('The program runs once with one JSON argument.', () => {
  const { status, stdout, stderr } = run([call('Ada')]);
  expect([status, stderr]).toEqual([0, '']);
  expect(JSON.parse(stdout)).toMatchObject(greeted);
  expect(run([call('')])).toMatchObject({ status: 1 });
  expect(run(['nonsense'])).toMatchObject({ status: 2, stdout: '' });
});

test('With --stdio the program answers each JSON line with a JSON line.', () => {
  const { status, stdout } = run(['--stdio'], `${call('Ada', 1)}\nnonsense\n${call('', 2)}\n`);
  expect(status).toBe(0);
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines).toMatchObject([{ ...greeted, id: 1 }, { status: 'error' }, { status: 'denied', id: 2 }]);
});
