import type { ReceiptForm } from '@wcp/spec/hall';

/** What is sent at a time. */
export interface ExportBatch {
  /** The position of its first receipt: the same batch has the same one when it is sent again. */
  readonly position: number;
  readonly documents: readonly (object | string)[];
}

/** Where receipts go. */
export interface ExportTarget {
  /** How many receipts it takes at a time. */
  readonly maxBatch: number;
  /**
   * Resolves once the target has them for good.
   *
   * @throws {Refused} where it would never take them; anything else is tried again
   */
  send(batch: ExportBatch, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** One row of `exports`. */
export interface ExportOptions {
  /** Names it in the store, and so across restarts. */
  readonly name: string;
  readonly form: ReceiptForm;
  /** Where a new export begins (default: with the first receipt of the log). */
  readonly from?: 'start' | 'now';
  readonly target: FileTargetOptions | HttpTargetOptions;
}

/** A file that grows, and is set aside when it is full. */
export interface FileTargetOptions {
  readonly path: string;
  /** The file is set aside before it would be larger (default 100 MB). */
  readonly max_bytes?: number;
  /** How many full files are kept (default 10); older ones are removed. */
  readonly keep?: number;
}

/** An endpoint over HTTP. */
export interface HttpTargetOptions {
  readonly url: string;
  /** Sent as `Authorization: Bearer …`. */
  readonly bearer?: string;
  /** `whsec_` and base64: each request is signed (Standard Webhooks). */
  readonly secret?: string;
  /** Receipts in one request (default 100). */
  readonly batch?: number;
}

/** Thrown by a target that would never take what it was sent. */
export class Refused extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'Refused';
  }
}
