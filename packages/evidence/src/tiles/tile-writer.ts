import { mkdir, open, readFile, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Sha256 } from '@wcp/spec';
import { WcpError } from '@wcp/spec/json';
import { readCheckpoint } from '../log/verify-checkpoint.ts';
import { type Tile, TileBuilder } from './tile-builder.ts';
import { folderReader, readText } from './tile-folder.ts';
import { MAX_CHECKPOINT_BYTES, TILE_WIDTH, tilePath, tilesOf } from './tile-path.ts';

const MAX_FILE = TILE_WIDTH * 65_537;

/**
 * Writes a log into a folder as tiles, for its owner alone: what is new, and nothing twice. A file that is there is
 * never changed; `checkpoint` is written last, so that a reader sees a whole log at any moment.
 *
 * @example
 * ```ts
 * import { TileWriter } from '@wcp/evidence/tiles';
 *
 * export async function update(dir: string, entries: AsyncIterable<Uint8Array>, checkpoint: string) {
 *   const writer = await TileWriter.open(dir);
 *   for await (const entry of entries) await writer.append(entry);
 *   await writer.publish(checkpoint);
 *   return writer.size;
 * }
 * ```
 */
export class TileWriter {
  readonly #dir: string;
  readonly #builder: TileBuilder;
  /** The size that the folder had. */
  readonly #from: number;
  #written = 0;
  /** Folders with names that are not yet on the disk. */
  readonly #folders = new Set<string>();

  private constructor(dir: string, builder: TileBuilder) {
    this.#dir = dir;
    this.#builder = builder;
    this.#from = builder.size;
  }

  /**
   * Goes on where the checkpoint in the folder ends; from the beginning where there is none.
   *
   * @throws {WcpError} `ERR_WCP_TILES` where the checkpoint cannot be read, or its tiles are not those that it covers
   */
  static async open(dir: string): Promise<TileWriter> {
    const read = folderReader(dir);
    if (read('checkpoint', MAX_CHECKPOINT_BYTES) === null) return new TileWriter(dir, new TileBuilder());
    const head = readCheckpoint(readText(read, 'checkpoint'))?.head;
    if (head === undefined) throw new WcpError('ERR_WCP_TILES', 'The file `checkpoint` is not a checkpoint.');
    const builder = TileBuilder.resume(head.size, (path) => read(path, MAX_FILE));
    if (builder.root() === head.root) return new TileWriter(dir, builder);
    throw new WcpError('ERR_WCP_TILES', 'The tiles are not those that the checkpoint beside them covers.');
  }

  /**
   * Goes on at a size, whatever the checkpoint in the folder says.
   *
   * @throws {WcpError} `ERR_WCP_TILES` where a partial tile of that size is missing or malformed
   */
  static resume(dir: string, size: number): TileWriter {
    const read = folderReader(dir);
    return new TileWriter(
      dir,
      TileBuilder.resume(size, (path) => read(path, MAX_FILE)),
    );
  }

  /** How many entries there are. */
  get size(): number {
    return this.#builder.size;
  }

  /** How many files were written. */
  get written(): number {
    return this.#written;
  }

  /** The root over all entries. */
  root(): Sha256 {
    return this.#builder.root();
  }

  /**
   * Appends an entry; what it fills is on the disk when this resolves.
   *
   * @throws {WcpError} `ERR_WCP_TILES` where another log has a tile in its place, or it is too long
   */
  async append(entry: Uint8Array): Promise<void> {
    for (const tile of this.#builder.append(entry)) await this.#write(tile);
  }

  /** Writes the tiles that are not full. All that was written is on the disk when this resolves. */
  async flush(): Promise<void> {
    for (const tile of this.#builder.partials()) await this.#write(tile);
    for (const folder of this.#folders) await syncFolder(folder);
    this.#folders.clear();
  }

  /**
   * Writes the tiles that are not full, then the checkpoint, and removes the partial tiles of the size before.
   *
   * @param checkpoint signed, of this size and root
   * @throws {WcpError} `ERR_WCP_TILES` where it is of another log
   */
  async publish(checkpoint: string): Promise<void> {
    const head = readCheckpoint(checkpoint)?.head;
    if (head?.size !== this.size || head.root !== this.root()) {
      throw new WcpError('ERR_WCP_TILES', 'The checkpoint is not of these entries. Nothing was published.');
    }
    await this.flush();
    await writeWhole(join(this.#dir, 'checkpoint'), checkpoint);
    if (this.#from < this.size) await this.#removeOld();
  }

  /** A tile that is there already was written before a crash, or it is that of another log. */
  async #write({ path, bytes }: Tile): Promise<void> {
    const file = join(this.#dir, path);
    const present = await readFile(file).catch(() => null);
    if (present !== null && Buffer.compare(present, bytes) === 0) return;
    if (present !== null)
      throw new WcpError('ERR_WCP_TILES', `${path} is a tile of another log, or was changed.`);
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeWhole(file, bytes);
    this.#written += 1;
    for (let folder = dirname(file); folder.length >= this.#dir.length; folder = dirname(folder)) {
      this.#folders.add(folder);
    }
  }

  async #removeOld(): Promise<void> {
    const present = new Set([...tilesOf(this.size, this.#from)].map(tilePath));
    for (const tile of lastTilesOf(this.#from)) {
      const path = tilePath(tile);
      if (tile.width === TILE_WIDTH || present.has(path)) continue;
      const file = join(this.#dir, path);
      await rm(file, { force: true });
      await rmdir(dirname(file)).catch(() => {});
    }
  }
}

/** The tiles that the last entry of a log is in, of each level, and its bundle. */
function lastTilesOf(size: number): Generator<Parameters<typeof tilePath>[0]> | [] {
  return size === 0 ? [] : tilesOf(size, size - 1);
}

/** Makes the names in a folder durable, where the system can. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => null);
  await handle?.sync().catch(() => {});
  await handle?.close();
}

async function writeWhole(file: string, data: string | Uint8Array): Promise<void> {
  const temporary = `${file}.tmp`;
  await rm(temporary, { force: true });
  const handle = await open(temporary, 'wx', 0o600);
  try {
    await handle.writeFile(data);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, file);
}
