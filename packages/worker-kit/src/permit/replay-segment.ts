import { randomBytes } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { FILE_FLAGS, withRegularFile } from './regular-file.ts';

const RECORD = /^([0-9a-f]{64}) ([0-9a-f]{32})$/;
const CHUNK = 65_536;

/**
 * One append-only file of used permits. Several processes may share it: each writes its record in one write,
 * and the first record of a permit in the file counts. A record begins with a newline, so that half a record
 * of a killed process does not spoil the next one.
 */
export class ReplaySegment {
  readonly #place: string;
  readonly #first = new Map<string, string>();
  #offset = 0;
  #rest = '';

  constructor(place: string) {
    this.#place = place;
  }

  /** Whether the file has a permit; a file that was removed, because its permits expired, has none. */
  async has(key: string): Promise<boolean> {
    try {
      return await withRegularFile(this.#place, FILE_FLAGS.read, async (file) => {
        await this.#read(file);
        return this.#first.has(key);
      });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    }
  }

  /** Records a use; true where it is the first, and on disk. */
  use(key: string): Promise<boolean> {
    return withRegularFile(this.#place, FILE_FLAGS.append, async (file) => {
      await this.#read(file);
      if (this.#first.has(key)) return false;
      const mark = randomBytes(16).toString('hex');
      const record = Buffer.from(`\n${key} ${mark}`);
      const { bytesWritten } = await file.write(record);
      if (bytesWritten !== record.length) throw new Error('The record was written only in part.');
      await file.datasync();
      await this.#read(file);
      return this.#first.get(key) === mark;
    });
  }

  /** Reads what any process has added since. */
  async #read(file: FileHandle): Promise<void> {
    const buffer = Buffer.allocUnsafe(CHUNK);
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, CHUNK, this.#offset);
      if (bytesRead === 0) break;
      this.#offset += bytesRead;
      this.#take(buffer.toString('latin1', 0, bytesRead));
    }
  }

  #take(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.at(-1) ?? '';
    for (const line of lines) {
      const [, key, mark] = RECORD.exec(line) ?? [];
      if (key !== undefined && mark !== undefined && !this.#first.has(key)) this.#first.set(key, mark);
    }
  }
}
