import { type FileHandle, open } from 'node:fs/promises';

const FULL = 1 << 16;

/** Writes a new file of JSON lines, a piece at a time. */
export class LineWriter {
  readonly #file: FileHandle;
  #waiting: string[] = [];
  #length = 0;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  /** Throws what the system does, also where the file exists. */
  static async create(path: string): Promise<LineWriter> {
    return new LineWriter(await open(path, 'wx', 0o644));
  }

  async add(value: unknown): Promise<void> {
    const line = `${JSON.stringify(value)}\n`;
    this.#waiting.push(line);
    this.#length += line.length;
    if (this.#length >= FULL) await this.#flush();
  }

  /** Resolves when everything is on the disk. */
  async close(): Promise<void> {
    try {
      await this.#flush();
      await this.#file.sync();
    } finally {
      await this.#file.close();
    }
  }

  async #flush(): Promise<void> {
    const text = this.#waiting.join('');
    this.#waiting = [];
    this.#length = 0;
    await this.#file.appendFile(text);
  }
}
