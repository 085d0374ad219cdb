import type { Delivered } from '@wcp/hall';
import type { RegistryRecord, Sha256, WorkerContext } from '@wcp/spec';
import type { WorkerPackage } from './worker-package.ts';

/** The call that a worker receives. */
export interface WorkerCall {
  readonly context: WorkerContext;
  readonly request: unknown;
  readonly permit: string;
}

/** Which worker, which of its code, and the Hall that it knows. */
export interface WorkerTarget {
  readonly worker: WorkerPackage;
  readonly record: RegistryRecord;
  /** What was decided about: nothing else runs. */
  readonly code_hash: Sha256;
  /** The public key by which it recognises the Hall. */
  readonly hall_key: string;
}

/** A worker that has not answered by then is killed. */
const TIME_LIMIT_MS = 60_000;

/**
 * Runs a worker once, in a process of its own that is held to its envelope (section 10). Where this machine cannot
 * hold it, it runs all the same, and the outcome says so: the demo is for any machine, a Hall would refuse.
 */
export async function runWorker(target: WorkerTarget, call: WorkerCall): Promise<Delivered> {
  const contained = await deliver(target, call, 'contained');
  return contained.code === 'DELIVERY_NOT_CONTAINED' ? deliver(target, call, 'declared') : contained;
}

async function deliver(
  { worker, record, code_hash, hall_key }: WorkerTarget,
  { context, request, permit }: WorkerCall,
  isolation: 'contained' | 'declared',
): Promise<Delivered> {
  const { packageDelivery } = await import('@wcp/hall');
  const { dir, program, snapshots, permits: store } = worker;
  const delivery = packageDelivery({
    record,
    dir,
    run: { program },
    snapshots,
    permits: { hall_keys: [hall_key], store },
    isolation,
  });
  try {
    return await delivery.deliver({ context, request, permit, code_hash, timeout_ms: TIME_LIMIT_MS });
  } finally {
    await delivery.close();
  }
}
