export type { AttestCode } from '../base/finding.ts';
export { type AttestKeys, attestRecord, type RecordAttestation } from './attest-record.ts';
export { type DsseEnvelope, signManifest } from './dsse.ts';
export { buildManifest, type ManifestDraft, signManifestHmac } from './manifest.ts';
export { MANIFEST_FILE } from './manifest-file.ts';
export { packageHash } from './package-folder.ts';
export { hashFiles, type PackageFile } from './package-hash.ts';
export { type AttestExpectation, type ManifestClaim, verifyManifest } from './verify-manifest.ts';
export {
  loadManifest,
  type PackageVerification,
  verifyPackage,
  writeManifest,
} from './verify-package.ts';
