import { randomUUID } from 'node:crypto';
import { chmod, lstat, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Sha256 } from '@wcp/spec';
import { normaliseHash } from '@wcp/spec/json';
import { isHashed } from './package-files.ts';
import { type PackageImage, readImage, writeImage } from './package-image.ts';

/** Marks folders that are being written or removed; a left-over one is older than this, in milliseconds. */
const TEMPORARY = '.passing-';
const LEFT_OVER_MS = 3_600_000;

/** A package whose bytes are in memory, and the folder of its read-only copy. */
export interface OpenedPackage extends PackageImage {
  readonly dir: string;
}

/** Read-only copies of worker packages, each under its hash: what was decided about is what runs. */
export class PackageSnapshots {
  readonly #folder: string;
  readonly #opening = new Map<Sha256, Promise<unknown>>();

  constructor(folder: string) {
    this.#folder = resolve(folder);
  }

  /**
   * The package with this hash, its bytes read and hashed just now. A missing or damaged copy is made again from
   * `source`. Null where the source no longer has this hash either.
   */
  async open(hash: Sha256, source: string): Promise<OpenedPackage | null> {
    // One at a time: otherwise one would remove as broken what another has just repaired.
    const before = this.#opening.get(hash);
    const turn = Promise.resolve(before).then(() => this.#open(hash, source));
    this.#opening.set(hash, turn);
    try {
      return await turn;
    } finally {
      if (this.#opening.get(hash) === turn) this.#opening.delete(hash);
    }
  }

  async #open(hash: Sha256, source: string): Promise<OpenedPackage | null> {
    const dir = join(this.#folder, nameOf(hash));
    const kept = await readWhole(dir, hash);
    if (kept !== null) return { ...kept, dir };
    await discard(this.#folder, dir);
    const image = await readImage(source).catch(() => null);
    if (image?.hash !== hash) return null;
    await this.#keep(image, dir);
    const copy = await readWhole(dir, hash);
    return copy === null ? null : { ...copy, dir };
  }

  async #keep(image: PackageImage, dir: string): Promise<void> {
    const copy = join(this.#folder, TEMPORARY + randomUUID());
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      await writeImage(image, copy);
      // Where another process was faster, its copy stays, and is checked like any other.
      await rename(copy, dir);
    } catch {
      // A copy that cannot be kept is not there when it is read.
    } finally {
      await removeTree(copy);
    }
  }
}

/**
 * Removes the copies that no worker needs, and what a crash left over.
 *
 * @param keep the hashes that may still run: those of the enrolled workers and of decisions on hold
 * @returns the hashes whose copies were removed
 */
export async function pruneSnapshots(folder: string, keep: Iterable<Sha256>): Promise<Sha256[]> {
  const kept = new Set([...keep].map(nameOf));
  const removed: Sha256[] = [];
  for (const name of await readdir(folder).catch(() => [])) {
    const place = join(folder, name);
    const hash = normaliseHash(name);
    if (hash !== null && !kept.has(name)) {
      await discard(folder, place);
      removed.push(hash);
    } else if (name.startsWith(TEMPORARY) && (await isLeftOver(place))) await removeTree(place);
  }
  return removed;
}

/** The name of a copy: the digits of its hash. */
function nameOf(hash: Sha256): string {
  return hash.slice('sha256:'.length);
}

/** The image of a folder that holds exactly the files of a hash, and nothing that the hash does not cover. */
async function readWhole(dir: string, hash: Sha256): Promise<PackageImage | null> {
  try {
    if (!(await lstat(dir)).isDirectory()) return null;
    const entries = await readdir(dir, { withFileTypes: true });
    if (!entries.every((entry) => isHashed(entry, entry.name))) return null;
    const image = await readImage(dir);
    return image.hash === hash ? image : null;
  } catch {
    return null;
  }
}

/** Takes a folder out of the way in one step, then removes it. */
async function discard(folder: string, place: string): Promise<void> {
  const aside = join(folder, TEMPORARY + randomUUID());
  try {
    await rename(place, aside);
  } catch {
    return;
  }
  await removeTree(aside);
}

async function isLeftOver(place: string): Promise<boolean> {
  const stat = await lstat(place).catch(() => null);
  return stat !== null && Date.now() - stat.mtimeMs > LEFT_OVER_MS;
}

/** Removes a folder, even one that is read-only throughout. */
async function removeTree(place: string): Promise<void> {
  await makeWritable(place).catch(() => {});
  await rm(place, { recursive: true, force: true }).catch(() => {});
}

async function makeWritable(place: string): Promise<void> {
  if (!(await lstat(place)).isDirectory()) return;
  await chmod(place, 0o700);
  for (const name of await readdir(place)) await makeWritable(join(place, name));
}
