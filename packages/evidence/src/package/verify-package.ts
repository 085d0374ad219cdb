import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Manifest, Sha256 } from '@wcp/spec';
import { WcpError } from '@wcp/spec/json';
import type { AttestCode } from '../base/finding.ts';
import { type Refuted, refuted, type Verified, verified } from '../base/verification.ts';
import type { DsseEnvelope } from './dsse.ts';
import { MANIFEST_FILE, readManifestFile } from './manifest-file.ts';
import { packageHash } from './package-folder.ts';
import {
  type AttestExpectation,
  checkHash,
  checkIdentity,
  checkSignature,
  readManifest,
} from './verify-manifest.ts';

/** Whether the package in a folder is attested, and its hash; null where that check was not reached. */
export type PackageVerification =
  | Verified<{ readonly package_hash: Sha256 }>
  | (Refuted<AttestCode> & { readonly package_hash: Sha256 | null });

/**
 * Verifies the worker package in a folder against its `manifest.json`, in the HMAC form or as a DSSE
 * envelope (section 8, "Manifest"). A manifest that can't be read counts as missing; the message says why.
 *
 * @throws {WcpError} `ERR_WCP_PACKAGE` where the folder has no package hash, once that check is reached
 * @example
 * ```ts
 * import { verifyPackage } from '@wcp/evidence';
 *
 * declare const publicKey: string;
 * const result = await verifyPackage('workers/doc-summarizer', {
 *   worker_id: 'org.acme.doc-summarizer.prod-01',
 *   worker_species_id: 'wrk.doc.summarizer',
 *   authority_keys: { 'org.acme': [publicKey] },
 * });
 * console.log(result.ok ? result.package_hash : result.findings[0].code);
 * ```
 */
export async function verifyPackage(dir: string, expected: AttestExpectation): Promise<PackageVerification> {
  const { manifest, problem } = await readManifestFile(dir);
  const reading = readManifest(manifest);
  if (reading === null) return { ...refuted('ATTEST_MANIFEST_MISSING', problem), package_hash: null };
  const mismatch = checkIdentity(reading, expected);
  if (mismatch !== null) return { ...refuted(mismatch), package_hash: null };
  const package_hash = await packageHash(dir);
  const code = checkHash(reading, package_hash) ?? checkSignature(reading, expected);
  return code === null ? verified({ package_hash }) : { ...refuted(code), package_hash };
}

/**
 * Reads the manifest in a package's folder, in the HMAC form or as a DSSE envelope; null where there is no
 * readable one. It is not verified yet: see {@link verifyManifest}.
 *
 * @example
 * ```ts
 * import { loadManifest } from '@wcp/evidence';
 *
 * const manifest = await loadManifest('workers/doc-summarizer');
 * console.log(manifest === null ? 'not attested' : manifest);
 * ```
 */
export async function loadManifest(dir: string): Promise<unknown> {
  return (await readManifestFile(dir)).manifest;
}

/**
 * Writes `manifest.json` into a package, by way of `manifest.tmp`, so that a reader finds either the old
 * one or the whole new one. The package's hash leaves out both.
 *
 * @throws {WcpError} `ERR_WCP_MANIFEST` where it can't be written
 * @example
 * ```ts
 * import type { Manifest } from '@wcp/spec';
 * import { generateSigningKey, signManifest, writeManifest } from '@wcp/evidence';
 *
 * declare const manifest: Manifest;
 * await writeManifest('workers/doc-summarizer', signManifest(manifest, generateSigningKey()));
 * ```
 */
export async function writeManifest(dir: string, manifest: Manifest | DsseEnvelope): Promise<void> {
  const temporary = join(dir, 'manifest.tmp');
  try {
    await rm(temporary, { force: true });
    await writeDurably(temporary, `${JSON.stringify(manifest, null, 2)}\n`);
    await rename(temporary, join(dir, MANIFEST_FILE));
  } catch (cause) {
    throw new WcpError('ERR_WCP_MANIFEST', 'The manifest could not be written.', { cause });
  }
}

/** For everybody to read and for the owner alone to change, whatever the umask allows. */
const PUBLIC = 0o644;

/** Creates the file: anything already in its place, even a link, is an error. */
async function writeDurably(place: string, text: string): Promise<void> {
  const file = await open(place, 'wx', PUBLIC);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}
