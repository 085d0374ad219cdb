import { ocsfEvent, type PlacedReceipt, receiptEnvelope, receiptEvent } from '@wcp/evidence/form';
import type { Signer } from '@wcp/evidence/key';
import { signedStatement } from '@wcp/evidence/scitt';
import type { ReceiptForm } from '@wcp/spec/hall';

/** Receipts in a form, as the body of one request. */
interface FormBody {
  readonly type: string;
  readonly bytes: Buffer;
}

/** One of the forms in which receipts are given out. */
export interface FormWriter {
  /** How many receipts one request may hold. */
  readonly maxBatch: number;
  /** A receipt in this form: a JSON object, or the base64 of one that is binary. */
  write(placed: PlacedReceipt, signer: Signer): Promise<object | string>;
  bodyOf(documents: readonly (object | string)[]): FormBody;
}

const MAX_BATCH = 500;

/** The forms by their names (section 8.11). */
export const RECEIPT_FORMS: Readonly<Record<ReceiptForm, FormWriter>> = {
  dsse: {
    maxBatch: MAX_BATCH,
    write: (placed, signer) => receiptEnvelope(placed, signer),
    bodyOf: jsonLines,
  },
  cloudevents: {
    maxBatch: MAX_BATCH,
    write: async (placed) => receiptEvent(placed),
    bodyOf: (documents) => json('application/cloudevents-batch+json', documents),
  },
  ocsf: { maxBatch: MAX_BATCH, write: async (placed) => ocsfEvent(placed), bodyOf: jsonLines },
  scitt: {
    maxBatch: 1,
    write: async (placed, signer) => Buffer.from(await signedStatement(placed, signer)).toString('base64'),
    bodyOf: ([statement]) => ({ type: 'application/cose', bytes: Buffer.from(String(statement), 'base64') }),
  },
};

/** A receipt of the store in a form. A key that changes meanwhile lets it begin anew. */
export async function writeForm(
  form: ReceiptForm,
  placed: PlacedReceipt,
  signerNow: () => Signer,
): Promise<object | string> {
  const signer = signerNow();
  try {
    return await RECEIPT_FORMS[form].write(placed, signer);
  } catch (error) {
    if (signerNow().keyId === signer.keyId) throw error;
    return writeForm(form, placed, signerNow);
  }
}

/** Documents as lines: of JSON, or of the base64 of those that are binary. */
export function linesOf(documents: readonly (object | string)[]): string {
  return documents
    .map((document) => `${typeof document === 'string' ? document : JSON.stringify(document)}\n`)
    .join('');
}

function jsonLines(documents: readonly (object | string)[]): FormBody {
  return { type: 'application/x-ndjson', bytes: Buffer.from(linesOf(documents)) };
}

function json(type: string, value: unknown): FormBody {
  return { type, bytes: Buffer.from(JSON.stringify(value)) };
}
