import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { loadManifest, verifyManifest } from '@wcp/evidence';
import { MANIFEST_FILE } from '@wcp/evidence/package';
import type { Sha256 } from '@wcp/spec';
import type { Delivery } from '../delivery/delivery.ts';
import type { AuthorityKeys } from './authority-keys.ts';
import type { EnrolledWorker } from './enrolled-worker.ts';

/** Verifies the manifests of worker packages. */
export interface ManifestVerifier {
  /**
   * Whether the manifest in its folder attests this code for this worker, by a key of its authority that is
   * in force now or by the HMAC key (section 8, "Manifest"). Never rejects: what cannot be read attests nothing.
   *
   * @param hash of the package as it is now
   */
  isSigned(worker: EnrolledWorker, hash: Sha256 | null): Promise<boolean>;
}

/** What manifests are verified with. */
export interface ManifestVerifierParts {
  /** How the workers are reached; some of them have a folder. */
  readonly deliveries: ReadonlyMap<string, Delivery>;
  readonly authorities: AuthorityKeys;
  /** The text whose UTF-8 is the key of the HMAC form; without it, that form attests nothing. */
  readonly hmac_key?: string | undefined;
}

interface CachedManifest {
  /** Tells the file from a later one; null where its times cannot be trusted yet. */
  readonly mark: string | null;
  readonly manifest: unknown;
  /** The last claim that was verified against it, and the result. */
  claim: string | null;
  isSigned: boolean;
}

/** Coarser than the time stamps of any file system: a change within one tick leaves the stamp as it was. */
const TICK_NS = 2_000_000_000n;

/** Creates a verifier. A manifest is read again where its file may have changed, and verified with the present keys. */
export function createManifestVerifier(parts: ManifestVerifierParts): ManifestVerifier {
  return new CachedManifestVerifier(parts);
}

class CachedManifestVerifier implements ManifestVerifier {
  readonly #parts: ManifestVerifierParts;
  readonly #cache = new Map<string, CachedManifest>();

  constructor(parts: ManifestVerifierParts) {
    this.#parts = parts;
  }

  async isSigned({ record }: EnrolledWorker, package_hash: Sha256 | null): Promise<boolean> {
    const { worker_id, worker_species_id } = record;
    const dir = this.#parts.deliveries.get(worker_id)?.dir;
    if (dir === undefined || package_hash === null) return false;
    const cached = await this.#read(dir);
    const authority_keys = this.#parts.authorities.inForce();
    const claimId = JSON.stringify([worker_id, worker_species_id, package_hash, authority_keys]);
    if (cached.claim !== claimId) {
      const { hmac_key } = this.#parts;
      const claim = { worker_id, worker_species_id, package_hash, authority_keys, hmac_key };
      cached.isSigned = verifyManifest({ ...claim, manifest: cached.manifest }).ok;
      cached.claim = claimId;
    }
    return cached.isSigned;
  }

  /** The file's times are read before the file, so that a change in between is noticed the next time. */
  async #read(dir: string): Promise<CachedManifest> {
    const mark = await markOf(join(dir, MANIFEST_FILE));
    const known = this.#cache.get(dir);
    if (known !== undefined && mark !== null && known.mark === mark) return known;
    const cached = { mark, manifest: await loadManifest(dir), claim: null, isSigned: false };
    this.#cache.set(dir, cached);
    return cached;
  }
}

async function markOf(place: string): Promise<string | null> {
  const settled = BigInt(Date.now()) * 1_000_000n - TICK_NS;
  const stat = await lstat(place, { bigint: true }).catch(() => null);
  if (stat === null || stat.mtimeNs >= settled || stat.ctimeNs >= settled) return null;
  return [stat.dev, stat.ino, stat.size, stat.mtimeNs, stat.ctimeNs].join(' ');
}
