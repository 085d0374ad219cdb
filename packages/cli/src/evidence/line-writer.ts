import { type FileHandle, open } from 'node:fs/promises';
import { OWNER_ONLY } from '../base/file-mode.ts';

/** Lines are written once they add up to this many characters. */
const BATCH_LENGTH = 1 << 16;

/** Writes a new file of JSON lines in batches, for its owner alone. */
export class LineWriter {
  readonly #file: FileHandle;
  #pending: string[] = [];
  #length = 0;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  /** Throws the errors of the system, also if the file exists. */
  static async create(path: string): Promise<LineWriter> {
    return new LineWriter(await open(path, 'wx', OWNER_ONLY.file));
  }

  add(value: unknown): Promise<void> {
    return this.addText(JSON.stringify(value));
  }

  async addText(text: string): Promise<void> {
    const line = `${text}\n`;
    this.#pending.push(line);
    this.#length += line.length;
    if (this.#length >= BATCH_LENGTH) await this.#flush();
  }

  /** Resolves when everything is on disk. */
  async close(): Promise<void> {
    try {
      await this.#flush();
      await this.#file.sync();
    } finally {
      await this.#file.close();
    }
  }

  async #flush(): Promise<void> {
    const text = this.#pending.join('');
    this.#pending = [];
    this.#length = 0;
    await this.#file.appendFile(text);
  }
}
