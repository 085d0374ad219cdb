import type { DeliveryCall } from './delivery.ts';
import type { DeliveryCode } from './delivery-code.ts';

/** The longest call that a worker reads, in bytes: as a line or as a body. */
export const MAX_CALL_LENGTH = 8 * 1024 * 1024;

/** A call as a worker reads it, without newlines; or why no worker does. */
export function writeCall(
  { context, request, permit }: DeliveryCall,
  id?: string,
): { readonly text: string } | { readonly code: DeliveryCode } {
  try {
    const text = JSON.stringify({
      ...(id !== undefined && { id }),
      context,
      request,
      ...(permit !== null && { permit }),
    });
    return Buffer.byteLength(text) > MAX_CALL_LENGTH ? { code: 'DELIVERY_CALL_TOO_LARGE' } : { text };
  } catch {
    return { code: 'DELIVERY_CALL_INVALID' };
  }
}
