import { packageHash } from '@wcp/evidence';
import type { Sha256 } from '@wcp/spec';
import { LatestRun } from '../latest-run.ts';
import { listPackage, type PackageFile } from './package-files.ts';

/**
 * Nanoseconds for which a file must have been unchanged before its times can be trusted. Coarser than the time
 * stamps of any file system: a second change within one tick leaves the stamp as it was.
 */
const TICK_NS = 2_000_000_000n;
/** How often a changing package is hashed before the last hash is given as it is. */
const MAX_TRIES = 3;

interface PackageState {
  readonly signature: string;
  /** When the newest change was, in nanoseconds since 1970. */
  readonly changed: bigint;
  /** When this was read. */
  readonly at: bigint;
}

/**
 * The hash of a package as it is now. Its files are read again only where one of them may have changed: by path,
 * device, inode, size and both times. A change through a memory mapping can go unnoticed for some seconds; it
 * never runs, because what runs is a verified copy.
 */
export class PackageHashCache {
  readonly #dir: string;
  #known: { readonly signature: string; readonly hash: Sha256 } | null = null;
  readonly #runs = new LatestRun(() => this.#see());

  constructor(dir: string) {
    this.#dir = dir;
  }

  /**
   * The hash at some time after the call: a call during an observation gets the next one.
   *
   * @throws {WcpError} `ERR_WCP_PACKAGE` where the package cannot be read; what the file system throws
   */
  observe(): Promise<Sha256> {
    return this.#runs.get();
  }

  async #see(): Promise<Sha256> {
    const state = await readState(this.#dir);
    if (this.#known?.signature === state.signature) return this.#known.hash;
    return this.#hash(state, MAX_TRIES);
  }

  async #hash(before: PackageState, tries: number): Promise<Sha256> {
    this.#known = null;
    const hash = await packageHash(this.#dir);
    const after = await readState(this.#dir);
    if (after.signature === before.signature) {
      if (before.changed < before.at - TICK_NS) this.#known = { signature: before.signature, hash };
      return hash;
    }
    return tries > 1 ? this.#hash(after, tries - 1) : hash;
  }
}

async function readState(dir: string): Promise<PackageState> {
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
