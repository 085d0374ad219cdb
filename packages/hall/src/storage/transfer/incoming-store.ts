import type { Store } from '../store/store.ts';

/** A store that rows are copied into: no Hall opens it before it is complete. */
export interface IncomingStore extends Store {
  /** Makes everything durable, and the store one that a Hall may open. */
  complete(): Promise<void>;
}
