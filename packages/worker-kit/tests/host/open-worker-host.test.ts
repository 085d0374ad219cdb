import type { RegistryRecord, WorkerResult } from '@wcp/spec';
import type { CodeAttestation } from '@wcp/spec/document';
import { expect, onTestFinished, test, vi } from 'vitest';
import { type HostedWorker, NoResult, openWorkerHost } from '../../src/host/index.ts';
import type { RunOptions } from '../../src/run/execute.ts';
import { testContext } from '../../src/testing/index.ts';
import { HALL, permitFor } from '../permit/permit-samples.ts';
import { record } from '../samples.ts';

const code_hash = `sha256:${'a'.repeat(64)}` as const;
const answer: WorkerResult = { status: 'ok', result: 1, telemetry: [], evidence: [], deny_reason: null };

/** A worker that another program runs: here, this test. */
async function host(changes: Partial<HostedWorker> = {}, hallKeys = [HALL.publicKey]) {
  const runs: RunOptions[] = [];
  const run: HostedWorker['run'] = async (_request, _context, options) => {
    runs.push(options);
    return answer;
  };
  const attest = (question: object) => question as CodeAttestation;
  const hosted = { record: record as RegistryRecord, code_hash, run, attest, ...changes };
  const permits = { hallKeys, permitStore: null };
  const listener = await openWorkerHost(hosted, permits, { host: '127.0.0.1', port: 0 });
  onTestFinished(() => listener.close());
  const post = async (
    path: string,
    body: unknown,
    headers: object = { 'content-type': 'application/json' },
  ) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const response = await fetch(listener.url + path, {
      method: 'POST',
      body: text,
      headers: { ...headers },
    });
    return { status: response.status, body: await response.json() };
  };
  return { post, runs };
}

let decisions = 0;
function callFor(worker_id = record.worker_id) {
  decisions += 1;
  const context = testContext({ env: 'stage', decision_id: `hosted-${decisions}`, worker_id });
  return { context, request: {}, permit: permitFor(context, {}) };
}

test('A call with a permit is run with it, and once.', async () => {
  const { post, runs } = await host();
  // Permits count in whole seconds: those of the second in which the process began are too old for it.
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  const call = callFor();
  expect(await post('/run', { ...call, code_hash })).toEqual({ status: 200, body: answer });
  expect(runs).toEqual([expect.objectContaining({ permit: call.permit })]);
  const again = await post('/run', { ...call, code_hash });
  expect(again.body).toMatchObject({ deny_reason: { code: 'WORKER_PERMIT_REPLAYED' } });
  expect(runs).toHaveLength(1);
});

test('A call without a permit, or for another worker of the same Hall, is not run.', async () => {
  const { post, runs } = await host();
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  const { permit: _, ...bare } = callFor();
  expect((await post('/run', bare)).body).toMatchObject({ deny_reason: { code: 'WORKER_PERMIT_MISSING' } });
  const foreign = await post('/run', callFor('org.test.other.one'));
  expect(foreign.body).toMatchObject({ deny_reason: { code: 'WORKER_WRONG_WORKER' } });
  expect(runs).toEqual([]);
});

test('A call that names other code, or something that is no hash, is refused before its permit is used.', async () => {
  const { post, runs } = await host();
  for (const named of [`sha256:${'b'.repeat(64)}`, null, 7, 'a'.repeat(64)]) {
    const refused = await post('/run', { ...callFor(), code_hash: named });
    expect(refused).toMatchObject({ status: 409, body: { code: 'CODE_CHANGED' } });
  }
  expect(runs).toEqual([]);
});

test('Where there is no result, the caller gets the status and the code that say why.', async () => {
  const run = () => Promise.reject(new NoResult(429, 'DELIVERY_BUSY', 'Too many calls wait.'));
  const { post } = await host({ run }, []);
  const call = { context: testContext({ worker_id: record.worker_id }), request: {} };
  const body = { code: 'DELIVERY_BUSY', message: 'Too many calls wait.' };
  expect(await post('/run', call)).toEqual({ status: 429, body });
});

test('A question gets its answer, and nothing else does.', async () => {
  const { post } = await host();
  const question = { nonce: 'A'.repeat(43), audience: 'hall.test/log' };
  expect(await post('/attest', question)).toEqual({ status: 200, body: question });
  expect((await post('/attest', { ...question, more: 1 })).status).toBe(400);
  expect((await post('/attest', '{"nonce":')).status).toBe(400);
  expect((await post('/attest', 'x'.repeat(5_000))).status).toBe(413);
  expect((await post('/attest', question, { 'content-type': 'text/plain' })).status).toBe(415);
  const page = { 'content-type': 'application/json', origin: 'https://page.example' };
  expect((await post('/attest', question, page)).status).toBe(403);
});

test('What answers for the code may fail: the connection ends, and the next question is answered.', async () => {
  const log = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  onTestFinished(() => log.mockRestore());
  let asked = 0;
  const attest = (question: object) => {
    asked += 1;
    if (asked === 1) throw new Error('The key cannot be used.');
    return question as CodeAttestation;
  };
  const { post } = await host({ attest });
  const question = { nonce: 'A'.repeat(43), audience: 'hall.test/log' };
  await expect(post('/attest', question)).rejects.toThrow();
  expect((await post('/attest', question)).status).toBe(200);
  expect(log).toHaveBeenCalledWith(expect.stringContaining('The key cannot be used.'));
});
