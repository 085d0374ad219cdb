/** Why the store cannot be used. The message goes to the caller and reveals nothing of the machine. */
const STORE_FAILURES = {
  STORE_BUSY: 'Another process holds the store: try again.',
  STORE_FULL:
    'The store cannot grow: the disk is full, or the file is as large as the operator allows (file_mb of server.json).',
  STORE_VERSION: 'The file is not a store of this worker, or has another version.',
  STORE_UNAVAILABLE:
    'The store cannot be used: the reason is in the worker’s log. A contained worker reaches the folder only where its envelope names it: enrol the record that --record prints with WCP_RESEARCH_DB set.',
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

/** A write that failed: what SQLite makes of a file that has reached the limit of the process. */
const WRITE_FAILED = 778;
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
  if (code === WRITE_FAILED) return new StoreFailure('STORE_FULL', { cause: error });
  return new StoreFailure(KINDS.get(code & 0xff) ?? 'STORE_UNAVAILABLE', { cause: error });
}

/** Whether an error comes from SQLite, and not from a bug in the code that uses it. */
export function isSqliteError(error: unknown): error is Error & { readonly errcode: number } {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number';
}
