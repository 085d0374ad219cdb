import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { checkWorker, contextFor } from '@wcp/worker-kit/testing';
import { expect, test } from 'vitest';
import { worker } from '../src/index.ts';
import { LIGHTHOUSE, LIGHTHOUSE_MARKDOWN } from './prose.ts';

const program = join(import.meta.dirname, '..', 'src', 'main.ts');
const run = (argv: readonly string[], input = '') =>
  spawnSync(process.execPath, [program, ...argv], { input, encoding: 'utf8', maxBuffer: 1 << 26 });
const context = contextFor(worker, { correlation_id: 'summary/1' });
const call = (request: object, id?: number) => JSON.stringify({ context, request, id });

test('The worker keeps the contract of every worker.', async () => {
  const valid = [
    { text: LIGHTHOUSE },
    { text: LIGHTHOUSE_MARKDOWN, format: 'markdown', max_sentences: 20 },
    { text: ' ' },
  ];
  const invalid = [
    {},
    { text: '' },
    { text: 7 },
    { text: 'x', max_sentences: 0 },
    { text: 'x', max_sentences: 21 },
    { text: 'x', max_sentences: 1.5 },
    { text: 'x', format: 'html' },
    { text: 'x', path: '/etc/hosts' },
    { text: 'x'.repeat(2_000_001) },
  ];
  expect(await checkWorker(worker, { valid, invalid })).toEqual([]);
});

test('All run modes give the same result.', async () => {
  const request = { text: LIGHTHOUSE, max_sentences: 2 };
  const { result } = await worker.execute(request, context);
  const once = run([call(request)]);
  const lines = run(['--stdio'], `${call(request, 1)}\n{\n${call({ text: '' }, 2)}\n`);
  expect([once.status, once.stderr, lines.status, lines.stderr]).toEqual([0, '', 0, '']);
  expect(JSON.parse(once.stdout)).toMatchObject({ status: 'ok', result });
  const answers = lines.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(answers).toMatchObject([
    { id: 1, status: 'ok', result, telemetry: [{ correlation_id: 'summary/1' }] },
    { status: 'error', deny_reason: { code: 'WORKER_INVALID_LINE' } },
    { id: 2, status: 'denied', deny_reason: { findings: [{ path: '/text' }] } },
  ]);
});

test('A document of a megabyte fits into one line of input.', () => {
  const text = LIGHTHOUSE.repeat(Math.ceil(1_000_000 / LIGHTHOUSE.length));
  const { stdout } = run(['--stdio'], `${call({ text })}\n`);
  expect(JSON.parse(stdout)).toMatchObject({ status: 'ok', result: { sentences: { length: 5 } } });
});
