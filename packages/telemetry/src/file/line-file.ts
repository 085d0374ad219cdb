import { type FileHandle, open } from 'node:fs/promises';
import { canonicalJson, WcpError } from '@wcp/spec';
import { repairTail, syncFolder, type TornBytes } from './torn-tail.ts';
import { writeFully } from './write-fully.ts';

/** An open, append-only file of JSON lines. */
export interface LineFile {
  readonly path: string;
  /** A torn last line, which was moved aside when the file was opened; null where there was none. */
  readonly torn: TornBytes | null;
  /**
   * Appends values, a line of canonical JSON each, and resolves when they are on disk. Appends that wait at
   * the same time share one write and one fsync, in the order of the calls.
   *
   * @throws {WcpError} `ERR_WCP_CANONICAL_JSON` where a value has no canonical JSON (nothing of the
   * call is written); `ERR_WCP_STORE` where the write failed, and for every later call until it is reopened
   */
  append(values: readonly unknown[]): Promise<void>;
  /** Waits for pending appends and closes the file; a second close does nothing. */
  close(): Promise<void>;
}

/**
 * Opens an append-only file of JSON lines and creates it if necessary; its folder must exist. Bytes after the
 * last newline, which a crash left in the middle of a write, move to `<file>.torn-<n>`; every whole line
 * stays. Only one process at a time may have a file open: nothing locks it.
 *
 * @throws {WcpError} `ERR_WCP_STORE` where the file cannot be opened or repaired
 * @example
 * ```ts
 * import { openLineFile } from '@wcp/telemetry';
 *
 * const file = await openLineFile('receipts.jsonl');
 * await file.append([{ seq: 0 }]); // on disk from here on
 * await file.close();
 * ```
 */
export async function openLineFile(path: string): Promise<LineFile> {
  let handle: FileHandle | null = null;
  try {
    handle = await open(path, 'a+', 0o600);
    if ((await handle.stat()).isFIFO())
      throw new Error('This is a pipe: what is written to it is on no disk.');
    const torn = await repairTail(handle, path);
    // A crash may have kept the folder's entry of an empty file from becoming durable.
    if ((await handle.stat()).size === 0) await syncFolder(path);
    return new AppendedFile(path, torn, handle);
  } catch (cause) {
    await handle?.close().catch(() => {});
    throw new WcpError('ERR_WCP_STORE', `The file ${path} cannot be opened for appending.`, { cause });
  }
}

interface Waiting {
  readonly text: string;
  readonly resolve: () => void;
  readonly reject: (error: WcpError) => void;
}

class AppendedFile implements LineFile {
  readonly path: string;
  readonly torn: TornBytes | null;
  readonly #handle: FileHandle;
  #queue: Waiting[] = [];
  #draining: Promise<void> | null = null;
  #failure: WcpError | null = null;
  #closing: Promise<void> | null = null;

  constructor(path: string, torn: TornBytes | null, handle: FileHandle) {
    this.path = path;
    this.torn = torn;
    this.#handle = handle;
  }

  async append(values: readonly unknown[]): Promise<void> {
    if (this.#closing !== null) throw new WcpError('ERR_WCP_STORE', `The file ${this.path} is closed.`);
    if (this.#failure !== null) throw this.#failure;
    const text = values.map((value) => `${canonicalJson(value)}\n`).join('');
    await new Promise<void>((resolve, reject) => {
      this.#queue.push({ text, resolve, reject });
      this.#draining ??= this.#drain();
    });
  }

  close(): Promise<void> {
    this.#closing ??= this.#finish();
    return this.#closing;
  }

  async #finish(): Promise<void> {
    await this.#draining;
    try {
      await this.#handle.close();
    } catch (cause) {
      throw new WcpError('ERR_WCP_STORE', `Closing ${this.path} failed.`, { cause });
    }
  }

  async #drain(): Promise<void> {
    while (this.#queue.length > 0) {
      const group = this.#queue;
      this.#queue = [];
      await this.#write(group);
    }
    this.#draining = null;
  }

  async #write(group: readonly Waiting[]): Promise<void> {
    try {
      // After a failure, part of a line may be in the file: the next one would be glued to it.
      if (this.#failure !== null) throw this.#failure;
      const bytes = Buffer.from(group.map(({ text }) => text).join(''), 'utf8');
      if (bytes.length > 0) {
        await writeFully(this.#handle, bytes);
        // fdatasync: the data and the new length, without the times.
        await this.#handle.datasync();
      }
      for (const { resolve } of group) resolve();
    } catch (cause) {
      this.#failure ??= new WcpError('ERR_WCP_STORE', `Writing to ${this.path} failed: open it again.`, {
        cause,
      });
      for (const { reject } of group) reject(this.#failure);
    }
  }
}
