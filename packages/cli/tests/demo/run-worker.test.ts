import { packageHash } from '@wcp/evidence';
import type { WorkerContext } from '@wcp/spec';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { runWorker } from '../../src/demo/run-worker.ts';
import { folderOf, record, scratch } from '../support/support.ts';

const CONTEXT: WorkerContext = {
  correlation_id: 'c-1',
  tenant_id: 'tenant-a',
  env: 'prod',
  data_label: 'PUBLIC',
  qos_class: 'P2',
  capability_id: 'cap.doc.summarize',
  policy_version: 'policy.1',
  decision_id: 'd-1',
  worker_id: 'org.acme.summarizer.one',
  deadline: null,
};
const RESULT = '"status":"ok","result":"RESULT","telemetry":[],"evidence":[],"deny_reason":null}';
afterEach(() => void vi.unstubAllEnvs());

/** Runs a program that answers with these bytes. */
async function outcomeOf(bytes: Buffer) {
  const program = `
    for await (const line of process.stdin) {
      process.stdout.write('{"id":' + JSON.stringify(JSON.parse(line).id) + ',');
      process.stdout.write(Buffer.from('${bytes.toString('hex')}', 'hex'));
      process.stdout.write('\\n');
    }`;
  const dir = folderOf({ 'worker.mjs': program });
  const places = { dir, program: 'worker.mjs', permits: scratch(), snapshots: scratch() };
  const worker = { ...places, hash: () => packageHash(dir), tamper: async () => {}, remove: async () => {} };
  const target = { worker, record: record({}) as never, code_hash: await packageHash(dir), hall_key: '' };
  return runWorker(target, { context: CONTEXT, request: {}, permit: '' });
}

describe('the worker of the demo', () => {
  it('An answer in UTF-8 is read, and the outcome says what held the worker.', async () => {
    const { status, result, enforcement } = await outcomeOf(Buffer.from(RESULT.replace('RESULT', 'é')));
    expect([status, result?.result]).toEqual(['ok', 'é']);
    expect(enforcement?.network_egress.level).toMatch(/^(enforced|declared)$/);
  });

  it('Where nothing can hold it, it runs in prod too, and the outcome says so.', async () => {
    vi.stubEnv('PATH', scratch());
    const { status, enforcement } = await outcomeOf(Buffer.from(RESULT));
    expect(status).toBe('ok');
    expect(enforcement?.network_egress.level).toBe('declared');
  });

  it('An answer with a byte that no UTF-8 has is no answer.', async () => {
    const outcome = await outcomeOf(Buffer.from(RESULT.replace('RESULT', '\xff'), 'latin1'));
    expect(outcome).toMatchObject({ status: 'error', result: null });
  });
});
