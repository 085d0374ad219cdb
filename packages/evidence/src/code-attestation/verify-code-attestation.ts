import { authorityOf, type Sha256 } from '@wcp/spec';
import { type CodeAttestation, JsonDocument } from '@wcp/spec/document';
import type { CodeAttestationCode } from '../base/finding.ts';
import { refuted, type Verification, verified } from '../base/verification.ts';
import { keysOfAuthority } from '../key/authority-keys.ts';
import { keyIdOf, rawPublicKey } from '../key/public-key.ts';
import { isSignedBy } from '../key/signature.ts';
import { codeAttestationText, parseCodeAttestation } from './code-attestation.ts';

/** What was asked, and whose word counts. */
export interface CodeAttestationExpectation {
  readonly worker_id: string;
  /** The nonce of the question, which the Hall used for no other. */
  readonly nonce: string;
  /** The origin of the Hall's log. */
  readonly audience: string;
  /** The raw public keys of each authority that are in force, 64 hexadecimal digits each. */
  readonly authority_keys: Readonly<Record<string, readonly string[]>>;
  /** The time, RFC 3339 in UTC. */
  readonly now: string;
}

/** What an attestation that holds says. */
interface AttestedCode {
  readonly code_hash: Sha256;
  readonly attestation: CodeAttestation;
}

/** Which code a worker runs, or why that is not known. */
export type CodeAttestationVerification = Verification<CodeAttestationCode, AttestedCode>;

interface Reading {
  readonly attestation: CodeAttestation;
  /** As it was written: what the signature covers. */
  readonly json: Readonly<Record<string, unknown>>;
}

/** How far apart the clocks of a Hall and of a server may be, in milliseconds. The nonce says that it is not older. */
const APART_MS = 300_000;

type Check = (reading: Reading, expected: CodeAttestationExpectation) => boolean;

/** What must hold, in this order; a comparison with NaN is false, so it fails closed. */
const CHECKS: readonly (readonly [CodeAttestationCode, Check])[] = [
  [
    'CODE_ATTESTATION_WORKER_MISMATCH',
    ({ attestation }, { worker_id }) => attestation.worker_id === worker_id,
  ],
  [
    'CODE_ATTESTATION_AUDIENCE_MISMATCH',
    ({ attestation }, { audience }) => attestation.audience === audience,
  ],
  ['CODE_ATTESTATION_NONCE_MISMATCH', ({ attestation }, { nonce }) => attestation.nonce === nonce],
  ['CODE_ATTESTATION_AUTHORITY_UNKNOWN', (_, expected) => keysFor(expected).length > 0],
  ['CODE_ATTESTATION_KEY_UNKNOWN', (reading, expected) => namedKeys(reading, expected).length > 0],
  ['CODE_ATTESTATION_SIGNATURE_INVALID', isSigned],
  [
    'CODE_ATTESTATION_STALE',
    ({ attestation: { at } }, { now }) => Date.parse(now) - Date.parse(at) <= APART_MS,
  ],
  [
    'CODE_ATTESTATION_FROM_FUTURE',
    ({ attestation: { at } }, { now }) => Date.parse(at) - Date.parse(now) <= APART_MS,
  ],
];

/**
 * Verifies what the server of a worker says of its code: that it answers this question, for this Hall and this
 * worker, now, with a key of the worker's authority and of no other (section 10.5); the one finding is that of the
 * first check that fails. Takes any value and never throws.
 *
 * @param attestation may come from an attacker
 * @example
 * ```ts
 * import { verifyCodeAttestation } from '@wcp/evidence/code-attestation';
 *
 * declare const answer: unknown;
 * declare const publicKey: string;
 * const result = verifyCodeAttestation(answer, {
 *   worker_id: 'org.acme.summarizer',
 *   nonce: 'kPGm4g0aRrdZ0pCeQmHn7w',
 *   audience: 'hall.example.org/wcp',
 *   authority_keys: { 'org.acme': [publicKey] },
 *   now: new Date().toISOString(),
 * });
 * console.log(result.ok ? result.code_hash : result.findings[0].code);
 * ```
 */
export function verifyCodeAttestation(
  attestation: unknown,
  expected: CodeAttestationExpectation,
): CodeAttestationVerification {
  const reading = read(attestation);
  if (reading === null) return refuted('CODE_ATTESTATION_MALFORMED');
  const failed = CHECKS.find(([, holds]) => !holds(reading, expected));
  if (failed !== undefined) return refuted(failed[0]);
  const code_hash = reading.attestation.code_hash as Sha256;
  return verified({ code_hash, attestation: reading.attestation });
}

/** Reads it once, so that the value that is checked is the value that is used. */
function read(value: unknown): Reading | null {
  const reading = JsonDocument.read(value);
  if (!reading.ok) return null;
  const parsed = parseCodeAttestation(reading.document);
  return parsed.ok ? { attestation: parsed.value, json: reading.document.json as Reading['json'] } : null;
}

function keysFor({ authority_keys, worker_id }: CodeAttestationExpectation): string[] {
  const keys = keysOfAuthority(authority_keys, authorityOf(worker_id));
  return keys.filter((key) => rawPublicKey(key) !== null) as string[];
}

function namedKeys({ attestation }: Reading, expected: CodeAttestationExpectation): string[] {
  return keysFor(expected).filter((key) => keyIdOf(key) === attestation.signing_key_id);
}

function isSigned(reading: Reading, expected: CodeAttestationExpectation): boolean {
  const text = codeAttestationText(reading.json);
  return namedKeys(reading, expected).some((key) => isSignedBy(key, text, reading.attestation.signature));
}
