import { packageHash } from '@wcp/evidence';
import type { Sha256 } from '@wcp/spec';
import { listPackage, type PackageFile } from './package-files.ts';

/**
 * How long before the hashing a file must have been left alone so that its times can be believed. Coarser
 * than the time stamps of any file system: a change within one tick leaves the stamp as it was.
 */
const TICK_NS = 2_000_000_000n;
/** How often a package that is changing is hashed before it is said what was seen last. */
const MAX_TRIES = 3;

interface Look {
  readonly signature: string;
  /** When the newest change was, in nanoseconds since 1970. */
  readonly changed: bigint;
  /** When it was looked. */
  readonly at: bigint;
}

/**
 * A package's hash as it is now. Its files are read only where one of them may have changed since: by
 * path, device, inode, size and both times. A change through a memory mapping can escape that for some
 * seconds; what runs is a verified copy, so that such a change never runs either.
 */
export class PackageHashCache {
  readonly #dir: string;
  #known: { readonly signature: string; readonly hash: Sha256 } | null = null;
  #running: Promise<Sha256> | null = null;
  #next: Promise<Sha256> | null = null;

  constructor(dir: string) {
    this.#dir = dir;
  }

  /**
   * The hash at some time after the call: who comes while a look is going on gets the next one.
   *
   * @throws {WcpError} `ERR_WCP_PACKAGE` where the package can't be read; what the file system throws
   */
  async observe(): Promise<Sha256> {
    if (this.#running === null) return this.#start();
    this.#next ??= this.#running.then(
      () => this.#start(),
      () => this.#start(),
    );
    return this.#next;
  }

  #start(): Promise<Sha256> {
    this.#next = null;
    this.#running = this.#see().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async #see(): Promise<Sha256> {
    const look = await lookAt(this.#dir);
    if (this.#known?.signature === look.signature) return this.#known.hash;
    return this.#hash(look, MAX_TRIES);
  }

  async #hash(before: Look, tries: number): Promise<Sha256> {
    this.#known = null;
    const hash = await packageHash(this.#dir);
    const after = await lookAt(this.#dir);
    if (after.signature === before.signature) {
      if (before.changed < before.at - TICK_NS) this.#known = { signature: before.signature, hash };
      return hash;
    }
    return tries > 1 ? this.#hash(after, tries - 1) : hash;
  }
}

async function lookAt(dir: string): Promise<Look> {
  const at = BigInt(Date.now()) * 1_000_000n;
  const files = await listPackage(dir);
  return { signature: files.map(signatureOf).join('\n'), changed: newestOf(files), at };
}

function signatureOf({ path, stat }: PackageFile): string {
  const { dev, ino, size, mtimeNs, ctimeNs } = stat;
  return JSON.stringify([path, ...[dev, ino, size, mtimeNs, ctimeNs].map(String)]);
}

function newestOf(files: readonly PackageFile[]): bigint {
  let newest = 0n;
  for (const { stat } of files) {
    for (const time of [stat.mtimeNs, stat.ctimeNs]) if (time > newest) newest = time;
  }
  return newest;
}
