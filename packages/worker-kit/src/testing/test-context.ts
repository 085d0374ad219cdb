import type { WorkerContext } from '@wcp/spec';
import type { Worker } from '../worker/define-worker.ts';

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
 * Makes a context for a test: every member has a fixed value, which `overrides` can replace.
 *
 * @example
 * ```ts
 * import { testContext } from '@wcp/worker-kit/testing';
 *
 * console.log(testContext({ capability_id: 'cap.hello.greet' }));
 * ```
 */
export function testContext(overrides: Partial<WorkerContext> = {}): WorkerContext {
  return { ...DEFAULTS, ...overrides };
}

/**
 * Makes a context in which a worker runs: with its id, its first capability and the first environment in which
 * it may run.
 *
 * @example
 * ```ts
 * import type { Worker } from '@wcp/worker-kit';
 * import { contextFor } from '@wcp/worker-kit/testing';
 *
 * declare const worker: Worker;
 * console.log((await worker.execute({ name: 'Ada' }, contextFor(worker))).status);
 * ```
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
