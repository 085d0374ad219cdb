import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkWorker, contextFor } from '@wcp/worker-kit/testing';
import { expect, test, vi } from 'vitest';
import { worker } from '../src/index.ts';

// The tests do not use the key of the person who runs them.
vi.stubEnv('WCP_HASHER_KEY', undefined);
vi.stubEnv('WCP_HASHER_KEY_FILE', undefined);

const program = join(import.meta.dirname, '..', 'src', 'main.ts');
const run = (argv: readonly string[], input = '') =>
  spawnSync(process.execPath, [program, ...argv], { input, encoding: 'utf8' });
const context = contextFor(worker, { correlation_id: 'hash/1' });
const call = (request: object, id?: number) => JSON.stringify({ context, request, id });
/** SHA-256 of the three bytes "abc", from FIPS 180-2. */
const ABC = 'sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';

test('The worker keeps the contract of every worker.', async () => {
  const valid = [
    { text: '' },
    { text: 'Łukasz 😀' },
    { document: {} },
    { document: { b: [1, null], a: 'é' } },
  ];
  const invalid = [
    {},
    { text: 'x', document: {} },
    { text: 7 },
    { document: [] },
    { document: 'x' },
    { document: null },
    { text: 'x', path: '/etc/hosts' },
    { text: 'x'.repeat(8_000_001) },
  ];
  expect(await checkWorker(worker, { valid, invalid })).toEqual([]);
});

test('All run modes give the same hash.', async () => {
  const expected = { status: 'ok', result: { sha256: ABC, algorithm: 'ed25519', key: 'ephemeral' } };
  expect(await worker.execute({ text: 'abc' }, context)).toMatchObject(expected);
  const once = run([call({ text: 'abc' })]);
  expect([once.status, once.stderr]).toEqual([0, '']);
  expect(JSON.parse(once.stdout)).toMatchObject(expected);
  const lines = run(
    ['--stdio'],
    `${call({ text: 'abc' }, 1)}\n{\n${call({}, 2)}\n${call({ text: '' }, 3)}\n`,
  );
  const answers = lines.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(answers).toMatchObject([
    { id: 1, ...expected, telemetry: [{ correlation_id: 'hash/1' }] },
    { status: 'error', deny_reason: { code: 'WORKER_INVALID_LINE' } },
    { id: 2, status: 'denied', deny_reason: { code: 'WORKER_INVALID_INPUT' } },
    { id: 3, status: 'ok' },
  ]);
  expect(answers[3].result.signing_key_id).toBe(answers[0].result.signing_key_id);
});

test('The README snippet verifies a signature.', async () => {
  const readme = readFileSync(join(import.meta.dirname, '..', 'README.md'), 'utf8');
  const snippet = /```js\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
  const { isSigned } = await import(`data:text/javascript,${encodeURIComponent(snippet)}`);
  const { result } = await worker.execute({ text: 'abc' }, context);
  expect(isSigned(result)).toBe(true);
  expect(isSigned({ ...(result as object), sha256: ABC.replace('ba', 'ab') })).toBe(false);
});
