import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkWorker, contextFor } from '@wcp/worker-kit/testing';
import { expect, test } from 'vitest';
import { worker } from '../src/index.ts';
import { HANDBOOK } from './documents.ts';

const program = join(import.meta.dirname, '..', 'src', 'main.ts');
const run = (argv: readonly string[], input = '') =>
  spawnSync(process.execPath, [program, ...argv], { input, encoding: 'utf8', maxBuffer: 1 << 26 });
const context = contextFor(worker, { correlation_id: 'chunk/1' });
const call = (request: object, id?: number) => JSON.stringify({ context, request, id });

test('The worker keeps the contract of every worker.', async () => {
  const valid = [
    { text: HANDBOOK, format: 'markdown', max_tokens: 20 },
    { text: HANDBOOK, max_tokens: 2000 },
    { text: '' },
  ];
  const invalid = [
    {},
    { text: 7 },
    { text: 'x', max_tokens: 19 },
    { text: 'x', max_tokens: 2001 },
    { text: 'x', max_tokens: 20.5 },
    { text: 'x', format: 'html' },
    { text: 'x', path: '/etc/hosts' },
    { text: 'x'.repeat(2_000_001) },
  ];
  expect(await checkWorker(worker, { valid, invalid })).toEqual([]);
});

test('All run modes give the same result.', async () => {
  const request = { text: HANDBOOK, format: 'markdown', max_tokens: 50 };
  const { result } = await worker.execute(request, context);
  const once = run([call(request)]);
  const lines = run(['--stdio'], `${call(request, 1)}\n{\n${call({}, 2)}\n`);
  expect([once.status, once.stderr, lines.status, lines.stderr]).toEqual([0, '', 0, '']);
  expect(JSON.parse(once.stdout)).toMatchObject({ status: 'ok', result });
  const answers = lines.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(answers).toMatchObject([
    { id: 1, status: 'ok', result, telemetry: [{ correlation_id: 'chunk/1' }] },
    { status: 'error', deny_reason: { code: 'WORKER_INVALID_LINE' } },
    { id: 2, status: 'denied', deny_reason: { findings: [{ path: '/text' }] } },
  ]);
});

test('The README example has the result that it shows.', async () => {
  const readme = readFileSync(join(import.meta.dirname, '..', 'README.md'), 'utf8');
  const [request, result] = [...readme.matchAll(/```json\n([\s\S]*?)```/g)].map(([, json = '']) =>
    JSON.parse(json),
  );
  expect(await worker.execute(request, context)).toMatchObject({ status: 'ok', result });
});
