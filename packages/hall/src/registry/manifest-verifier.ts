import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { loadManifest, verifyManifest } from '@wcp/evidence';
import { MANIFEST_FILE } from '@wcp/evidence/package';
import type { Sha256 } from '@wcp/spec';
import type { Delivery } from '../delivery/delivery.ts';
import type { AuthorityKeys } from './authority-keys.ts';
import type { EnrolledWorker } from './enrolled-worker.ts';

/** What is seen of a worker's package beside its hash. */
export interface ManifestVerifier {
  /**
   * Whether the manifest in its folder attests this code for this worker, by a key of its authority that is
   * in force now or by the HMAC key (section 8, "Manifest"). Never rejects: what can't be read attests nothing.
   *
   * @param hash of the package as it is now
   */
  isSigned(worker: EnrolledWorker, hash: Sha256 | null): Promise<boolean>;
}

/** What manifests are judged by. */
export interface ManifestVerifierParts {
  /** The ways to the workers, some of which have a folder. */
  readonly deliveries: ReadonlyMap<string, Delivery>;
  readonly authorities: AuthorityKeys;
  /** The text whose UTF-8 is the key of the HMAC form; absent, that form attests nothing. */
  readonly hmac_key?: string | undefined;
}

interface Seen {
  /** What tells the file from a later one; null where its times can't be believed yet. */
  readonly mark: string | null;
  readonly manifest: unknown;
  /** The last question about it, and the answer. */
  received: string | null;
  isSigned: boolean;
}

/** Coarser than the time stamps of any file system: a change within one tick leaves the stamp as it was. */
const TICK_NS = 2_000_000_000n;

/** Looks at manifests; one is read again where its file may have changed, and judged by the keys of now. */
export function createManifestVerifier(parts: ManifestVerifierParts): ManifestVerifier {
  return new CachedManifestVerifier(parts);
}

class CachedManifestVerifier implements ManifestVerifier {
  readonly #parts: ManifestVerifierParts;
  readonly #seen = new Map<string, Seen>();

  constructor(parts: ManifestVerifierParts) {
    this.#parts = parts;
  }

  async isSigned({ record }: EnrolledWorker, package_hash: Sha256 | null): Promise<boolean> {
    const { worker_id, worker_species_id } = record;
    const dir = this.#parts.deliveries.get(worker_id)?.dir;
    if (dir === undefined || package_hash === null) return false;
    const seen = await this.#look(dir);
    const authority_keys = this.#keys();
    const received = JSON.stringify([worker_id, worker_species_id, package_hash, authority_keys]);
    if (seen.received !== received) {
      const { hmac_key } = this.#parts;
      const claim = { worker_id, worker_species_id, package_hash, authority_keys, hmac_key };
      seen.isSigned = verifyManifest({ ...claim, manifest: seen.manifest }).ok;
      seen.received = received;
    }
    return seen.isSigned;
  }

  /** The file's times are taken before it is read, so that a change in between is seen the next time. */
  async #look(dir: string): Promise<Seen> {
    const mark = await markOf(join(dir, MANIFEST_FILE));
    const known = this.#seen.get(dir);
    if (known !== undefined && mark !== null && known.mark === mark) return known;
    const seen: Seen = { mark, manifest: await loadManifest(dir), received: null, isSigned: false };
    this.#seen.set(dir, seen);
    return seen;
  }

  /** The keys of all authorities: one that two of them have registered is nobody's. */
  #keys(): Record<string, string[]> {
    const keys: Record<string, string[]> = {};
    for (const { authority, public_key, revoked_at } of this.#parts.authorities.list()) {
      if (revoked_at === null) keys[authority] = [...(keys[authority] ?? []), public_key];
    }
    return keys;
  }
}

async function markOf(place: string): Promise<string | null> {
  const settled = BigInt(Date.now()) * 1_000_000n - TICK_NS;
  const stat = await lstat(place, { bigint: true }).catch(() => null);
  if (stat === null || stat.mtimeNs >= settled || stat.ctimeNs >= settled) return null;
  return [stat.dev, stat.ino, stat.size, stat.mtimeNs, stat.ctimeNs].join(' ');
}
