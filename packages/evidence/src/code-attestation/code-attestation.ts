import type { Finding, Parsed } from '@wcp/spec';
import { type CodeAttestation, CodeAttestationSchema, isTime, parseDocument } from '@wcp/spec/document';
import { canonicalJson, WcpError } from '@wcp/spec/json';
import { encodeBase64 } from '../base/encoding.ts';
import type { SigningKey } from '../key/signing-key.ts';

/** What the server of a worker states about its code; the caller supplies the time. */
export type CodeAttestationDraft = Omit<CodeAttestation, 'schema_version' | 'signing_key_id' | 'signature'>;

/**
 * Signs which code a worker runs, for one Hall and one nonce of it; the signature covers every other member
 * (section 10.5).
 *
 * @throws {WcpError} `ERR_WCP_DOCUMENT` for a malformed draft
 * @example
 * ```ts
 * import { generateSigningKey, packageHash } from '@wcp/evidence';
 * import { signCodeAttestation } from '@wcp/evidence/code-attestation';
 *
 * declare const asked: { nonce: string; audience: string };
 * const attestation = signCodeAttestation(
 *   {
 *     ...asked,
 *     worker_id: 'org.acme.summarizer',
 *     code_hash: await packageHash('my-worker'),
 *     containment: 'contained',
 *     enforcement: null,
 *     at: new Date().toISOString(),
 *   },
 *   generateSigningKey(),
 * );
 * console.log(attestation.signature);
 * ```
 */
export function signCodeAttestation(draft: CodeAttestationDraft, key: SigningKey): CodeAttestation {
  const { worker_id, code_hash, nonce, audience, containment, enforcement, at } = draft;
  const signed = {
    schema_version: 'wcp-code-attestation.v1',
    ...{ worker_id, code_hash, nonce, audience, containment, enforcement, at },
    signing_key_id: key.keyId,
  } as const;
  const attestation = { ...signed, signature: encodeBase64(key.sign(canonicalJson(signed))) };
  const parsed = parseCodeAttestation(attestation);
  if (!parsed.ok) throw new WcpError('ERR_WCP_DOCUMENT', sentenceOf(parsed.findings));
  return attestation;
}

/** Reads an attestation, which is not verified yet. */
export function parseCodeAttestation(value: unknown): Parsed<CodeAttestation> {
  return parseDocument<CodeAttestation>(CodeAttestationSchema, value, ({ at }) =>
    isTime(at) ? [] : [{ path: '/at', code: 'INVALID_VALUE', message: 'This date or time does not exist.' }],
  );
}

/** The text that is signed: the canonical JSON of the attestation without its signature. */
export function codeAttestationText({ signature: _, ...signed }: Readonly<Record<string, unknown>>): string {
  return canonicalJson(signed);
}

function sentenceOf([first]: readonly Finding[]): string {
  return `This is not an attestation of code: ${first?.path ?? ''} ${first?.message ?? ''}`;
}
