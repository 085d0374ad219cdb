import type { Manifest } from '@wcp/spec';
import { canonicalJson, normaliseHash, parseJson, WcpError } from '@wcp/spec/json';
import { decodeEitherBase64, decodeUtf8, encodeBase64 } from '../base/encoding.ts';
import { listOf, own } from '../base/own-member.ts';
import { readPublicKey } from '../key/public-key.ts';
import { isSignatureOf } from '../key/signature.ts';
import type { SigningKey } from '../key/signing-key.ts';

/** A DSSE envelope (section 8, "Manifest"). */
export interface DsseEnvelope {
  readonly payloadType: string;
  /** The base64 of the statement. */
  readonly payload: string;
  readonly signatures: readonly { readonly keyid: string; readonly sig: string }[];
}

/** An in-toto statement about a worker package, as far as it can be read. */
export interface ManifestStatement {
  readonly type: unknown;
  readonly predicateType: unknown;
  readonly subjectName: unknown;
  /** The SHA-256 of the package, 64 hexadecimal digits. */
  readonly subjectHash: unknown;
  readonly manifest: unknown;
}

const PAYLOAD_TYPE = 'application/vnd.in-toto+json';
/** The type of the statement that an envelope holds. */
export const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1';
/** The type of a predicate that is a manifest. */
export const PREDICATE_TYPE = 'urn:wcp:manifest:awp.v1';
const MAX_SIGNATURES = 16;

/**
 * Signs a manifest with Ed25519, in a DSSE envelope around an in-toto statement: the preferred form, which
 * covers every member (section 8, "Manifest").
 *
 * @throws {WcpError} `ERR_WCP_MANIFEST` without a package hash, `ERR_WCP_CANONICAL_JSON`
 * @example
 * ```ts
 * import type { Manifest } from '@wcp/spec';
 * import { generateSigningKey, signManifest, writeManifest } from '@wcp/evidence';
 *
 * declare const manifest: Manifest;
 * await writeManifest('workers/doc-summarizer', signManifest(manifest, generateSigningKey()));
 * ```
 */
export function signManifest(manifest: Manifest, key: SigningKey): DsseEnvelope {
  const hash = normaliseHash(manifest.package_hash);
  if (hash === null) throw new WcpError('ERR_WCP_MANIFEST', 'The manifest must have a package hash.');
  const statement = {
    _type: STATEMENT_TYPE,
    subject: [{ name: manifest.worker_id, digest: { sha256: hash.slice(7) } }],
    predicateType: PREDICATE_TYPE,
    predicate: manifest,
  };
  const unsigned = envelopeOf(statement);
  return unsigned.signed(key.keyId, key.sign(unsigned.message));
}

/** A statement in an envelope that waits for its signature. */
export interface UnsignedEnvelope {
  /** What is to be signed. */
  readonly message: Uint8Array;
  readonly envelope: DsseEnvelope;
  signed(keyid: string, signature: Uint8Array): DsseEnvelope;
}

/** Puts a statement into an envelope. @throws {WcpError} `ERR_WCP_CANONICAL_JSON` */
export function envelopeOf(statement: object): UnsignedEnvelope {
  const payload = Buffer.from(canonicalJson(statement));
  const unsigned = { payloadType: PAYLOAD_TYPE, payload: encodeBase64(payload) };
  return {
    message: preAuthentication(PAYLOAD_TYPE, payload),
    envelope: { ...unsigned, signatures: [] },
    signed: (keyid, signature) => ({ ...unsigned, signatures: [{ keyid, sig: encodeBase64(signature) }] }),
  };
}

/** Whether a manifest is written as an envelope rather than in the HMAC form. */
export function isEnvelope(manifest: unknown): boolean {
  return own(manifest, 'payloadType') !== undefined && own(manifest, 'payload') !== undefined;
}

/** The statement of an envelope, not yet verified, or null where it has none. */
export function readStatement(envelope: unknown): ManifestStatement | null {
  try {
    const bytes = decodeEitherBase64(own(envelope, 'payload'));
    if (bytes === null) return null;
    const statement = parseJson(decodeUtf8(bytes));
    const subjects = listOf(own(statement, 'subject')) ?? [];
    const subject = subjects.length === 1 ? subjects[0] : undefined;
    return {
      type: own(statement, '_type'),
      predicateType: own(statement, 'predicateType'),
      subjectName: own(subject, 'name'),
      subjectHash: own(own(subject, 'digest'), 'sha256'),
      manifest: own(statement, 'predicate'),
    };
  } catch {
    return null;
  }
}

/** The signatures of an envelope; empty where it has none. */
export function signaturesOf(envelope: unknown): readonly unknown[] {
  return listOf(own(envelope, 'signatures')) ?? [];
}

/** Whether one of an envelope's signatures is by one of these keys, given as 64 hexadecimal digits. */
export function isEnvelopeSignedBy(envelope: unknown, publicKeys: readonly unknown[]): boolean {
  const payload = decodeEitherBase64(own(envelope, 'payload'));
  if (payload === null || own(envelope, 'payloadType') !== PAYLOAD_TYPE) return false;
  const message = preAuthentication(PAYLOAD_TYPE, payload);
  return signaturesOf(envelope)
    .slice(0, MAX_SIGNATURES)
    .some((line) => publicKeys.some((publicKey) => isLineSignedBy(line, message, publicKey)));
}

/** The key id of a signature is a hint that is not signed itself: other tools name keys in ways of their own. */
function isLineSignedBy(line: unknown, message: Buffer, publicKey: unknown): boolean {
  const key = readPublicKey(publicKey);
  const signature = decodeEitherBase64(own(line, 'sig'));
  return key !== null && signature !== null && isSignatureOf(key, message, signature);
}

/** What DSSE signs: the type and the payload with their lengths in bytes. */
function preAuthentication(type: string, payload: Buffer): Buffer {
  return Buffer.concat([
    Buffer.from(`DSSEv1 ${Buffer.byteLength(type)} ${type} ${payload.length} `),
    payload,
  ]);
}
