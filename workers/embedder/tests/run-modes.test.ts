import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { checkWorker, contextFor } from '@wcp/worker-kit/testing';
import { expect, onTestFinished, test, vi } from 'vitest';
import { embedderFor } from '../src/index.ts';
import { Vocabulary } from '../src/text-vector.ts';
import { provideVectors } from './vectors.ts';

provideVectors();
const worker = embedderFor({});
const program = join(import.meta.dirname, '..', 'src', 'main.ts');
const run = (argv: readonly string[], input = '') =>
  spawnSync(process.execPath, [program, ...argv], { input, encoding: 'utf8', env: {}, maxBuffer: 1 << 26 });
const context = contextFor(worker, { correlation_id: 'embed/1' });
const call = (request: object, id?: number) => JSON.stringify({ context, request, id });
const request = { texts: ['A kitten sleeps on the sofa.', ''] };

test('The worker keeps the contract of every worker.', async () => {
  const valid = [request, { texts: ['x'.repeat(20_000)] }, { texts: new Array(512).fill('word') }];
  const invalid = [
    {},
    { texts: [] },
    { texts: 'text' },
    { texts: [7] },
    { texts: [null] },
    { texts: ['x'.repeat(20_001)] },
    { texts: new Array(513).fill('word') },
    { texts: ['x'], model: 'other' },
  ];
  expect(await checkWorker(worker, { valid, invalid })).toEqual([]);
});

test('All run modes give the same result.', async () => {
  const { result } = await worker.execute(request, context);
  const once = run([call(request)]);
  const lines = run(['--stdio'], `${call(request, 1)}\n{\n${call({ texts: [] }, 2)}\n`);
  expect([once.status, once.stderr, lines.status, lines.stderr]).toEqual([0, '', 0, '']);
  expect(JSON.parse(once.stdout)).toMatchObject({ status: 'ok', result, evidence: [{ kind: 'execution' }] });
  const answers = lines.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(answers).toMatchObject([
    { id: 1, status: 'ok', result, telemetry: [{ correlation_id: 'embed/1' }] },
    { status: 'error', deny_reason: { code: 'WORKER_INVALID_LINE' } },
    { id: 2, status: 'denied', deny_reason: { findings: [{ path: '/texts' }] } },
  ]);
});

test('A large request ends at its deadline: what was not begun by then is not begun any more.', async () => {
  const texts = Array.from({ length: 100 }, (_, n) => `word${n}`);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  onTestFinished(() => void vi.useRealTimers());
  const deadline = new Date(Date.now() + 10_000).toISOString();
  const find = vi.spyOn(Vocabulary.prototype, 'find').mockImplementation(() => {
    vi.advanceTimersByTime(10_000);
    return [];
  });
  const { deny_reason } = await worker.execute({ texts }, { ...context, deadline });
  for (const _ of texts) await setImmediate();
  expect([deny_reason?.code, find.mock.calls]).toEqual(['WORKER_TIMEOUT', [['word0']]]);
});
