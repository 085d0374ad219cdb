import type { WorkerResult } from '@wcp/spec';
import type { Delivered } from './delivery.ts';
import { DELIVERY_CODES, type DeliveryCode } from './delivery-code.ts';

/** How a call ended: with what the worker answered, or by a code. */
export type CallEnd = { readonly result: WorkerResult } | { readonly code: DeliveryCode };

/** The end of a call that began at `began` of `performance.now()`. */
export function deliveredBy(ending: CallEnd, began: number): Delivered {
  const duration_ms = Math.max(0, Math.round(performance.now() - began));
  if ('code' in ending) {
    const { status } = DELIVERY_CODES[ending.code];
    return { status, result: null, code: ending.code, duration_ms };
  }
  return { status: statusOf(ending.result), result: ending.result, code: null, duration_ms };
}

/**
 * The end of an attempt that is carried out by `carried`, which never rejects. Where that goes on beyond the end, as
 * with a process that was killed and takes a moment to die, `gone` says until when.
 */
export async function endOf(
  { ended }: { readonly ended: Promise<CallEnd> },
  carried: Promise<void>,
  began: number,
): Promise<Delivered> {
  let isGone = false;
  const gone = carried.then(() => {
    isGone = true;
  });
  const delivered = deliveredBy(await ended, began);
  await Promise.race([gone, new Promise(setImmediate)]);
  return isGone ? delivered : { ...delivered, gone };
}

/** A call that ended by a code and began at `began` of `performance.now()`. */
export function endedBy(code: DeliveryCode, began: number): Delivered {
  return { status: DELIVERY_CODES[code].status, result: null, code, duration_ms: performance.now() - began };
}

/** A worker that says that it met its own deadline timed out, whichever clock was first. */
function statusOf({ status, deny_reason }: WorkerResult): Delivered['status'] {
  if (status === 'ok' || status === 'partial') return 'ok';
  return deny_reason?.code === 'WORKER_TIMEOUT' ? 'timeout' : 'error';
}

/** Answers after which the worker's code may still be running: its process must not be used again. */
const LEFT_RUNNING: ReadonlySet<string> = new Set(['WORKER_TIMEOUT', 'WORKER_CANCELLED']);

/** Whether a worker's code may still run although it has answered. */
export function mayStillRun({ deny_reason }: WorkerResult): boolean {
  return deny_reason !== null && LEFT_RUNNING.has(deny_reason.code);
}
