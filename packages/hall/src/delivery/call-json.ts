import type { Sha256, WorkerResult } from '@wcp/spec';
import { WorkerResultSchema } from '@wcp/spec/document';
import { FOREIGN_TEXT_LIMITS, inexactNumber, lineOf, parseJson } from '@wcp/spec/json';
import { Compile } from 'typebox/compile';
import type { DeliveryCall } from './delivery.ts';
import type { DeliveryCode } from './delivery-code.ts';

/** The longest call that a worker reads, in bytes: as a line or as a body. */
export const MAX_CALL_LENGTH = 8 * 1024 * 1024;

/** What a call has beside what every worker gets. */
interface CallMembers {
  /** Identifies it on a line. */
  readonly id?: string;
  /** The code that was decided about, for a server that knows which it runs. */
  readonly code_hash?: Sha256;
}

/** A call as a worker reads it, on one line for every reader; or why no worker does. */
export function writeCall(
  { context, request, permit }: DeliveryCall,
  members: CallMembers = {},
): { readonly text: string } | { readonly code: DeliveryCode } {
  try {
    const call = { ...members, context, request, ...(permit !== null && { permit }) };
    const text = lineOf(JSON.stringify(call));
    return Buffer.byteLength(text) > MAX_CALL_LENGTH ? { code: 'DELIVERY_CALL_TOO_LARGE' } : { text };
  } catch {
    return { code: 'DELIVERY_CALL_INVALID' };
  }
}

const RESULT = Compile(WorkerResultSchema);
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The result that a worker gave; null where it is not a valid one (section 10). */
export function readResult(value: unknown): WorkerResult | null {
  return RESULT.Check(value) ? value : null;
}

/** Why bytes that a worker wrote are refused. */
export type RefusedBytes = Extract<DeliveryCode, 'DELIVERY_JUNK' | 'DELIVERY_NUMBER_NOT_EXACT'>;

/** The JSON object in bytes that a worker wrote, or why they are refused. */
export function readObject(bytes: Uint8Array): Record<string, unknown> | RefusedBytes {
  try {
    const text = UTF8.decode(bytes);
    const value = parseJson(text, FOREIGN_TEXT_LIMITS);
    if (inexactNumber(text) !== null) return 'DELIVERY_NUMBER_NOT_EXACT';
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : 'DELIVERY_JUNK';
  } catch {
    return 'DELIVERY_JUNK';
  }
}
