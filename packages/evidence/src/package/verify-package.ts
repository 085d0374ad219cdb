import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Manifest, type Sha256, WcpError } from '@wcp/spec';
import { parseJson } from '@wcp/spec/json';
import { decodeUtf8 } from '../utf8.ts';
import type { DsseEnvelope } from './dsse.ts';
import { packageHash } from './package-folder.ts';
import { withRegularFile } from './regular-file.ts';
import {
  type Attestation,
  type AttestExpectation,
  answer,
  checkHash,
  checkIdentity,
  checkSignature,
  readManifest,
} from './verify-manifest.ts';

/** The name of a package's manifest. */
export const MANIFEST_FILE = 'manifest.json';
const MAX_MANIFEST_LENGTH = 1_048_576;

/** Whether the package in a folder is attested, and its hash where that was reached. */
export type PackageAttestation = Attestation & { readonly package_hash: Sha256 | null };

/**
 * Checks the worker package in a folder against its `manifest.json`, in the HMAC form or as a DSSE
 * envelope (section 8, "Manifest"). A manifest that can't be read is missing.
 *
 * @throws {WcpError} `ERR_WCP_PACKAGE` where the folder has no package hash, once that check is reached
 * @example (await verifyPackage(dir, { worker_id, worker_species_id, authority_keys })).ok
 */
export async function verifyPackage(dir: string, expected: AttestExpectation): Promise<PackageAttestation> {
  const reading = readManifest(await loadManifest(dir));
  const early = checkIdentity(reading, expected);
  if (reading === null || early !== null) return { ...answer(early), package_hash: null };
  const hash = await packageHash(dir);
  return { ...answer(checkHash(reading, hash) ?? checkSignature(reading, expected)), package_hash: hash };
}

/**
 * The manifest in a package's folder as it was found, in the HMAC form or as a DSSE envelope; null where
 * none can be read. Nobody has believed it yet: {@link verifyManifest} says whether to.
 */
export async function loadManifest(dir: string): Promise<unknown> {
  try {
    const bytes = await withRegularFile(join(dir, MANIFEST_FILE), async (file, size) =>
      size > MAX_MANIFEST_LENGTH ? null : await file.readFile(),
    );
    return bytes === null ? null : parseJson(decodeUtf8(bytes));
  } catch {
    return null;
  }
}

/**
 * Writes `manifest.json` into a package so that a reader finds the old one or the new one whole: by way
 * of `manifest.tmp`, which the package's hash leaves out too.
 *
 * @throws {WcpError} `ERR_WCP_MANIFEST` where it can't be written
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

/** Creates the file anew: what stands there already, a link among it, is an error. */
async function writeDurably(place: string, text: string): Promise<void> {
  const file = await open(place, 'wx');
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}
