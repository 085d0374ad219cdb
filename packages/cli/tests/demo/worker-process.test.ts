import type { WorkerContext } from '@wcp/spec';
import { describe, expect, it } from 'vitest';
import { runWorker } from '../../src/demo/worker-process.ts';
import { folderOf } from '../support/support.ts';

const CONTEXT: WorkerContext = {
  correlation_id: 'c-1',
  tenant_id: 'tenant-a',
  env: 'dev',
  data_label: 'PUBLIC',
  qos_class: 'P2',
  capability_id: 'cap.doc.summarize',
  policy_version: 'policy.1',
  decision_id: 'd-1',
  worker_id: 'org.acme.summarizer.one',
  deadline: null,
};
const RESULT = '{"status":"ok","result":"RESULT","telemetry":[],"evidence":[],"deny_reason":null}';

/** Runs a program that writes these bytes, in hexadecimal digits. */
function outcomeOf(bytes: Buffer) {
  const program = `process.stdout.write(Buffer.from('${bytes.toString('hex')}', 'hex'));`;
  const dir = folderOf({ 'worker.mjs': program });
  const call = { context: CONTEXT, request: {}, permit: '', hall_key: '' };
  return runWorker({ dir, program: 'worker.mjs', permits: dir } as never, call);
}

describe('the answer of a worker', () => {
  it('An answer in UTF-8 is read.', async () => {
    const { status, result } = await outcomeOf(Buffer.from(RESULT.replace('RESULT', 'é')));
    expect([status, result?.result]).toEqual(['ok', 'é']);
  });

  it.each([
    ['a byte that no UTF-8 has', Buffer.from(RESULT.replace('RESULT', '\xff'), 'latin1')],
    ['a byte order mark', Buffer.from(`\ufeff${RESULT}`)],
    [
      'more than 1,000 levels',
      Buffer.from(RESULT.replace('"RESULT"', `${'['.repeat(1001)}${']'.repeat(1001)}`)),
    ],
  ])('An answer with %s is no answer.', async (_, bytes) => {
    expect(await outcomeOf(bytes)).toMatchObject({ status: 'error', result: null });
  });
});
