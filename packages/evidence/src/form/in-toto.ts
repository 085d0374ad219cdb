import type { Receipt } from '@wcp/spec';
import { normaliseHash, WcpError } from '@wcp/spec/json';
import type { Signer } from '../key/signer.ts';
import { type DsseEnvelope, envelopeOf, STATEMENT_TYPE } from '../package/dsse.ts';
import type { PlacedReceipt } from './placed-receipt.ts';

/** The type of a predicate that is a receipt; the schema of the same name is published with `@wcp/spec`. */
const RECEIPT_PREDICATE = 'urn:wcp:receipt:v1';

/** Something that an in-toto statement is about. */
interface StatementSubject {
  readonly name: string;
  readonly digest: { readonly sha256: string };
}

/** An in-toto statement whose predicate is a receipt (section 8.11). */
export interface ReceiptStatement {
  readonly _type: string;
  readonly subject: readonly StatementSubject[];
  readonly predicateType: string;
  readonly predicate: {
    readonly log: { readonly origin: string; readonly position: number };
    readonly receipt: Receipt;
  };
}

/**
 * The in-toto statement of a receipt (section 8.11). Its subjects are the receipt and whatever digests it names: the
 * decision, the request or record, the result.
 *
 * @throws {WcpError} `ERR_WCP_RECEIPT` where the receipt has no hash
 * @example
 * ```ts
 * import { receiptStatement, type PlacedReceipt } from '@wcp/evidence/form';
 *
 * declare const placed: PlacedReceipt;
 * console.log(receiptStatement(placed).subject.map(({ name }) => name)); // ['receipt:…', 'decision:…', …]
 * ```
 */
export function receiptStatement({ origin, position, receipt }: PlacedReceipt): ReceiptStatement {
  return {
    _type: STATEMENT_TYPE,
    subject: subjectsOf(receipt),
    predicateType: RECEIPT_PREDICATE,
    predicate: { log: { origin, position }, receipt },
  };
}

/**
 * The statement of a receipt in a DSSE envelope, signed by the key of the log; without a signer, an envelope without
 * signatures, which vouches for nothing but holds the receipt with the signature of its own (section 8.11).
 *
 * @throws {WcpError} `ERR_WCP_RECEIPT`, `ERR_WCP_CANONICAL_JSON`, and what the signer throws
 * @example
 * ```ts
 * import { receiptEnvelope, type PlacedReceipt } from '@wcp/evidence/form';
 * import type { Signer } from '@wcp/evidence/key';
 *
 * declare const placed: PlacedReceipt;
 * declare const signer: Signer;
 * const { signatures } = await receiptEnvelope(placed, signer);
 * console.log(signatures[0]?.keyid === signer.keyId); // true
 * ```
 */
export async function receiptEnvelope(placed: PlacedReceipt, signer: Signer | null): Promise<DsseEnvelope> {
  const unsigned = envelopeOf(receiptStatement(placed));
  if (signer === null) return unsigned.envelope;
  return unsigned.signed(signer.keyId, await signer.sign(unsigned.message));
}

function subjectsOf(receipt: Receipt): StatementSubject[] {
  const { receipt_id, receipt_hash, decision_id, decision_digest, artifact_hash, outcome } = receipt;
  const of = decision_id ?? receipt_id;
  const own = subject(`receipt:${receipt_id}`, receipt_hash);
  if (own.length === 0) throw new WcpError('ERR_WCP_RECEIPT', 'The receipt must have a hash.');
  return [
    ...own,
    ...subject(`decision:${of}`, decision_digest),
    ...subject(`artifact:${of}`, artifact_hash),
    ...subject(`result:${of}`, outcome?.result_hash),
  ];
}

function subject(name: string, hash: unknown): StatementSubject[] {
  const sha256 = normaliseHash(hash)?.slice(7);
  return sha256 === undefined ? [] : [{ name, digest: { sha256 } }];
}
