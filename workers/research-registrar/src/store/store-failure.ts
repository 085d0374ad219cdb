/** Why the store cannot be used. The message goes to the caller and reveals nothing of the machine. */
const STORE_FAILURES = {
  STORE_BUSY: 'Another process holds the store: try again.',
  STORE_FULL: 'The store has no space left.',
  STORE_VERSION: 'The file is not a store of this worker, or has another version.',
  STORE_UNAVAILABLE: 'The store cannot be used: the reason is in the worker’s log.',
} as const;

/** A code of a failure. */
export type StoreFailureCode = keyof typeof STORE_FAILURES;

/** Thrown when the store cannot be used. */
export class StoreFailure extends Error {
  readonly code: StoreFailureCode;

  constructor(code: StoreFailureCode, options?: ErrorOptions) {
    super(STORE_FAILURES[code], options);
    this.code = code;
  }
}

/** The low eight bits of SQLite's result codes are the kind of error. */
const KINDS: ReadonlyMap<number, StoreFailureCode> = new Map([
  [5, 'STORE_BUSY'],
  [6, 'STORE_BUSY'],
  [13, 'STORE_FULL'],
  [26, 'STORE_VERSION'],
]);

/** The failure that an error means for the caller. */
export function storeFailureOf(error: unknown): StoreFailure {
  if (error instanceof StoreFailure) return error;
  const code = isSqliteError(error) ? error.errcode : 0;
  return new StoreFailure(KINDS.get(code & 0xff) ?? 'STORE_UNAVAILABLE', { cause: error });
}

/** Whether an error comes from SQLite, and not from a bug in the code that uses it. */
export function isSqliteError(error: unknown): error is Error & { readonly errcode: number } {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number';
}
