import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Worker, WorkerContext } from '@wcp/worker-kit';
import { checkWorker } from '@wcp/worker-kit/testing';
import { expect, test } from 'vitest';
import { contextOf, documentOf, freshFile, freshRegistrar } from './samples.ts';

const program = join(import.meta.dirname, '..', 'src', 'main.ts');
const run = (argv: readonly string[], file: string, input = '') =>
  spawnSync(process.execPath, [program, ...argv], {
    input,
    encoding: 'utf8',
    env: { WCP_RESEARCH_DB: file },
  });
const document = documentOf('https://example.org/a', ['The lighthouse stands on a rock.', 'Fog is worse.']);
const question = { query: 'lighthouse', vector: [1, 0, 0], model: 'test-3' };
const registerCall = JSON.stringify({
  context: contextOf('cap.research.register'),
  request: document,
  id: 1,
});
const retrieveCall = JSON.stringify({ context: contextOf('cap.mem.retrieve'), request: question, id: 2 });

test('The worker keeps the contract of every worker when it registers.', async () => {
  const [chunk] = document.chunks;
  const uneven = [chunk, { ...chunk, vector: [1] }];
  const invalid = [
    {},
    { source: 'x' },
    ...[null, '', 7, 'x'.repeat(2001)].map((source) => ({ ...document, source })),
    ...[undefined, 7, 'x'.repeat(1001)].map((title) => ({ ...document, title })),
    ...['', 'sha256:', 'F'.repeat(64), 'a'.repeat(63)].map((sha256) => ({ ...document, sha256 })),
    ...[null, {}, { public_key: 'x' }].map((signature) => ({ ...document, signature })),
    ...['', 7].map((model) => ({ ...document, model })),
    ...[[], uneven, new Array(2001).fill(chunk)].map((chunks) => ({ ...document, chunks })),
    ...[[], ['1'], [null], new Array(4097).fill(1)].map((vector) => ({
      ...document,
      chunks: [{ ...chunk, vector }],
    })),
    { ...document, more: 1 },
  ].map((request) => JSON.parse(JSON.stringify(request)));
  for (const kind of ['memory', 'file'] as const) {
    expect(await checkWorker(freshRegistrar(kind).worker, { valid: [document], invalid })).toEqual([]);
  }
});

test('The worker keeps the contract of every worker when it retrieves.', async () => {
  const { worker } = freshRegistrar('file');
  const retriever: Worker = {
    record: worker.record,
    execute: (request, context) => worker.execute(request, asRetrieval(context)),
  };
  const invalid = [
    { query: '' },
    { query: 7 },
    { query: 'x'.repeat(4001) },
    { ...question, model: undefined },
    { ...question, vector: undefined },
    { ...question, vector: [] },
    { query: 'x', limit: 0 },
    { query: 'x', limit: 51 },
    { query: 'x', limit: 1.5 },
    { query: 'x', tenant_id: 'other' },
  ].map((request) => JSON.parse(JSON.stringify(request)));
  const samples = { valid: [question, { query: 'AND' }], invalid };
  expect(await checkWorker(retriever, samples)).toEqual([]);
  await worker.execute(document, contextOf('cap.research.register'));
  expect(await checkWorker(retriever, samples)).toEqual([]);
});

/** The contract check uses a worker's first capability; an unreadable context is left unchanged. */
function asRetrieval(context: WorkerContext): WorkerContext {
  try {
    const isFirst = context.capability_id === 'cap.research.register';
    return isFirst ? { ...context, capability_id: 'cap.mem.retrieve' } : context;
  } catch {
    return context;
  }
}

test('All run modes give the same result, and processes share the file.', async () => {
  const file = freshFile();
  const once = run([registerCall], file);
  expect([once.status, once.stderr]).toEqual([0, '']);
  const { result } = await freshRegistrar().register(document);
  expect(JSON.parse(once.stdout)).toMatchObject({
    id: 1,
    status: 'ok',
    result: { ...(result as object), store: 'file' },
  });
  const lines = run(['--stdio'], file, `${registerCall}\n{\n${retrieveCall}\n`);
  expect([lines.status, lines.stderr]).toEqual([0, '']);
  const answers = lines.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(answers).toMatchObject([
    { id: 1, status: 'ok', result: { chunks: 2, replaced: false, store: 'file' } },
    { status: 'error', deny_reason: { code: 'WORKER_INVALID_LINE' } },
    { id: 2, status: 'ok', telemetry: [{ correlation_id: 'research/1' }] },
  ]);
  expect(answers[2].result.hits.map(({ text }: { text: string }) => text)).toEqual([
    'The lighthouse stands on a rock.',
    'Fog is worse.',
  ]);
});

test('Without a file the store lives in memory, and the result says so.', () => {
  const { stdout } = run(['--stdio'], '', `${registerCall}\n${retrieveCall}\n`);
  const [registered, found] = stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
  expect([registered.result.store, found.result.store, found.result.hits.length]).toEqual([
    'memory',
    'memory',
    2,
  ]);
  expect(JSON.parse(run([retrieveCall], '').stdout).result).toEqual({ hits: [], store: 'memory' });
});

test('A request of the other capability is denied.', async () => {
  const { worker } = freshRegistrar();
  expect(await worker.execute(question, contextOf('cap.research.register'))).toMatchObject({
    status: 'denied',
    deny_reason: { code: 'REGISTER_OTHER_REQUEST' },
  });
  expect(await worker.execute(document, contextOf('cap.mem.retrieve'))).toMatchObject({
    status: 'denied',
    deny_reason: { code: 'RETRIEVE_OTHER_REQUEST' },
  });
});
