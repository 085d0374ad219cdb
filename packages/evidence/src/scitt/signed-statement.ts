import { canonicalJson } from '@wcp/spec/json';
import { loadPackage } from '../base/load-package.ts';
import { logUri, type PlacedReceipt, subjectOf } from '../form/placed-receipt.ts';
import type { Signer } from '../key/signer.ts';

/** Labels of COSE header parameters (RFC 9052, RFC 9597). */
const HEADER = { alg: 1, contentType: 3, kid: 4, cwtClaims: 15 } as const;
/** Claims of a CWT (RFC 8392). */
const CLAIM = { iss: 1, sub: 2 } as const;
const EDDSA = -8;
const COSE_SIGN1_TAG = 18;
const CONTENT_TYPE = 'application/json';

/**
 * A receipt as a SCITT signed statement (section 8.11, RFC 9943): a tagged COSE_Sign1 whose payload is the canonical
 * JSON of the receipt, signed by the key of the log. The issuer is the log, the subject what the receipt is about.
 *
 * Needs the package `cborg`.
 *
 * @throws {WcpError} `ERR_WCP_NOT_INSTALLED`, `ERR_WCP_CANONICAL_JSON`, and what the signer throws
 * @example
 * ```ts
 * import type { PlacedReceipt } from '@wcp/evidence/form';
 * import { signedStatement } from '@wcp/evidence/scitt';
 * import type { Signer } from '@wcp/evidence/key';
 *
 * declare const placed: PlacedReceipt;
 * declare const signer: Signer;
 * console.log((await signedStatement(placed, signer))[0]); // 210: the tag of a COSE_Sign1
 * ```
 */
export async function signedStatement(placed: PlacedReceipt, signer: Signer): Promise<Uint8Array> {
  const cborg = await loadPackage(() => import('cborg'), 'A SCITT statement', 'cborg');
  /** Deterministic encoding (RFC 8949, section 4.2): one statement has one encoding. */
  const cbor = (value: unknown) => cborg.encode(value, cborg.rfc8949EncodeOptions);
  const protectedHeader = cbor(headerOf(placed, signer.keyId));
  const payload = Buffer.from(canonicalJson(placed.receipt));
  const signature = await signer.sign(cbor(['Signature1', protectedHeader, Buffer.alloc(0), payload]));
  return cbor(new cborg.Tagged(COSE_SIGN1_TAG, [protectedHeader, new Map(), payload, signature]));
}

function headerOf({ origin, receipt }: PlacedReceipt, keyId: string): Map<number, unknown> {
  return new Map<number, unknown>([
    [HEADER.alg, EDDSA],
    [HEADER.contentType, CONTENT_TYPE],
    [HEADER.kid, Buffer.from(keyId)],
    [
      HEADER.cwtClaims,
      new Map([
        [CLAIM.iss, logUri(origin)],
        [CLAIM.sub, subjectOf(receipt)],
      ]),
    ],
  ]);
}
