import type { Sha256, WorkerContext, WorkerResult } from '@wcp/spec';
import type { RunOptions } from '@wcp/worker-kit';
import { NoResult } from '@wcp/worker-kit/host';
import type { Delivery } from '../delivery/delivery.ts';
import { DELIVERY_CODES, type DeliveryCode } from '../delivery/delivery-code.ts';

/** How long a call without a deadline may take, in milliseconds. */
const MAX_RUN_MS = 300_000;

/** Ends without a result that a Hall tells apart by their status; any other may have reached the worker. */
const STATUSES: Partial<Readonly<Record<DeliveryCode, number>>> = {
  DELIVERY_CODE_CHANGED: 409,
  DELIVERY_BUSY: 429,
  DELIVERY_NO_TIME: 504,
  DELIVERY_TIMEOUT: 504,
};
const FAILED = 502;

/**
 * Runs a call as a process of exactly this code.
 *
 * @throws {NoResult} where there is no result
 */
export async function hostedRun(
  { delivery, code_hash }: { readonly delivery: Delivery; readonly code_hash: Sha256 },
  request: unknown,
  context: WorkerContext,
  { permit, signal, dispatch }: RunOptions,
): Promise<WorkerResult> {
  const { result, code } = await delivery.deliver({
    context,
    request,
    code_hash,
    envelope: delivery.record.privilege_envelope ?? null,
    permit: typeof permit === 'string' ? permit : null,
    timeout_ms: timeLeft(context),
    ...(signal !== undefined && { signal }),
    ...(dispatch !== undefined && { dispatch }),
  });
  if (result !== null) return result;
  const known = code as DeliveryCode;
  throw new NoResult(STATUSES[known] ?? FAILED, known, DELIVERY_CODES[known].message);
}

function timeLeft({ deadline }: WorkerContext): number {
  return deadline === null ? MAX_RUN_MS : Math.min(Date.parse(deadline) - Date.now(), MAX_RUN_MS);
}
