import type { WorkerContext } from '@wcp/spec';
import type { Worker } from '../define-worker.ts';

const DEFAULTS: WorkerContext = {
  correlation_id: 'test-correlation',
  tenant_id: 'test-tenant',
  env: 'dev',
  data_label: 'PUBLIC',
  qos_class: 'P2',
  capability_id: 'cap.doc.summarize',
  policy_version: 'policy.v0',
  decision_id: '00000000-0000-4000-8000-000000000000',
  worker_id: 'org.test.worker.one',
  deadline: null,
};

/**
 * Makes a context for a test: every member has a fixed value that `overrides` replaces.
 *
 * @example testContext({ worker_id: worker.record.worker_id, capability_id: 'cap.hello.greet' })
 */
export function testContext(overrides: Partial<WorkerContext> = {}): WorkerContext {
  return { ...DEFAULTS, ...overrides };
}

/**
 * Makes a context in which a worker runs: its id, its first capability, the first environment that it
 * is allowed in.
 *
 * @example await worker.execute({ name: 'Ada' }, contextFor(worker))
 */
export function contextFor(worker: Worker, overrides: Partial<WorkerContext> = {}): WorkerContext {
  const { worker_id, capabilities, allowed_environments } = worker.record;
  return testContext({
    worker_id,
    capability_id: capabilities[0] ?? DEFAULTS.capability_id,
    env: allowed_environments?.[0] ?? DEFAULTS.env,
    ...overrides,
  });
}
