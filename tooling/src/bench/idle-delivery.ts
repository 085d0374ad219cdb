import type { Delivery } from '@wcp/hall';
import { CODE_HASH, worker } from './world.ts';

/** A worker that is there, whose code is as attested, and which does nothing. */
export function idleDelivery(): Delivery {
  return {
    record: worker(),
    observe: async () => CODE_HASH,
    deliver: async () => ({ status: 'ok', result: null, code: null, duration_ms: 0 }),
    close: async () => {},
  };
}
