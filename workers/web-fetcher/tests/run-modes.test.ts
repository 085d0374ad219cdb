import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkWorker, contextFor } from '@wcp/worker-kit/testing';
import { expect, test } from 'vitest';
import { worker } from '../src/index.ts';
import { giving, serve } from './servers.ts';

const program = join(import.meta.dirname, '..', 'src', 'main.ts');
const context = contextFor(worker, { correlation_id: 'fetch/1' });
const call = (request: object, id?: number) => JSON.stringify({ context, request, id });

/** Runs the program asynchronously, because the servers of the test answer it meanwhile. */
async function run(argv: readonly string[], input = '') {
  const env = { ...process.env, WCP_WEB_FETCH_ALLOW: '127.0.0.1' };
  const child = spawn(process.execPath, [program, ...argv], { env });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  child.stdin.end(input);
  const [stdout, stderr] = await Promise.all([child.stdout.toArray(), child.stderr.toArray()]);
  return {
    status: await ended,
    stdout: Buffer.concat(stdout).toString(),
    stderr: Buffer.concat(stderr).toString(),
  };
}

test('The worker keeps the contract of every worker.', async () => {
  const valid = [
    { url: 'data:text/plain,x' },
    { url: 'data:text/html,<p>x', max_bytes: 10_000_000, timeout_ms: 60_000 },
  ];
  const invalid = [
    {},
    { url: '' },
    { url: 7 },
    { url: 'data:,x', max_bytes: 0 },
    { url: 'data:,x', max_bytes: 10_000_001 },
    { url: 'data:,x', timeout_ms: 60_001 },
    { url: 'data:,x', timeout_ms: 1.5 },
    { url: 'data:,x', max_redirects: 11 },
    { url: 'data:,x', max_redirects: -1 },
    { url: 'data:,x', headers: {} },
    { url: 'x'.repeat(8_000_001) },
  ];
  expect(await checkWorker(worker, { valid, invalid })).toEqual([]);
});

test('Both run modes of the program give the same result.', async () => {
  await using server = await serve(giving('text/html', '<title>Lamp</title><p>It is lit.'));
  const request = { url: server.origin };
  const expected = {
    status: 'ok',
    result: { title: 'Lamp', text: '# Lamp\n\nIt is lit.', url: `${server.origin}/` },
  };
  const once = await run([call(request)]);
  expect([once.status, once.stderr]).toEqual([0, '']);
  expect(JSON.parse(once.stdout)).toMatchObject(expected);
  const lines = await run(['--stdio'], `${call(request, 1)}\n{\n${call({ url: 'http://10.0.0.1' }, 2)}\n`);
  expect([lines.status, lines.stderr]).toEqual([0, '']);
  const answers = lines.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(answers).toMatchObject([
    { id: 1, ...expected, telemetry: [{ correlation_id: 'fetch/1' }] },
    { status: 'error', deny_reason: { code: 'WORKER_INVALID_LINE' } },
    { id: 2, status: 'denied', deny_reason: { code: 'FETCH_ADDRESS_NOT_ALLOWED' } },
  ]);
});

test('The README example has the result that it shows.', async () => {
  const readme = readFileSync(join(import.meta.dirname, '..', 'README.md'), 'utf8');
  const [request, result] = [...readme.matchAll(/```json\n([\s\S]*?)```/g)].map(([, json = '']) =>
    JSON.parse(json),
  );
  expect(await worker.execute(request, context)).toMatchObject({ status: 'ok', result });
});
