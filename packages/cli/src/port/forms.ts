import { ocsfEvent, type PlacedReceipt, receiptEnvelope, receiptEvent } from '@wcp/evidence/form';
import { signingKeyFromSeed } from '@wcp/evidence/key';
import { signedStatement } from '@wcp/evidence/scitt';
import { canonicalJson } from '@wcp/spec';
import { OperationError } from './operation-error.ts';

type Members = Readonly<Record<string, unknown>>;
type Write = (placed: PlacedReceipt, seed: string | undefined) => Promise<string>;

/** How a receipt is written in each form: as canonical JSON, or as base64 where the form is binary. */
const FORMS: ReadonlyMap<unknown, Write> = new Map<unknown, Write>([
  ['cloudevents', async (placed) => canonicalJson(receiptEvent(placed))],
  ['ocsf', async (placed) => canonicalJson(ocsfEvent(placed))],
  ['dsse', async (placed, seed) => canonicalJson(await receiptEnvelope(placed, signerOf(seed)))],
  [
    'scitt',
    async (placed, seed = '') =>
      Buffer.from(await signedStatement(placed, signingKeyFromSeed(seed))).toString('base64'),
  ],
]);

/** The operation `receipt_as` (section 11.2). */
export async function answerForm({ form, receipt, origin, position, seed_hex }: Members): Promise<object> {
  const write = FORMS.get(form);
  if (write === undefined) throw new OperationError('FORM_UNKNOWN');
  const placed = { receipt, origin, position } as PlacedReceipt;
  return { document: await write(placed, seed_hex as string | undefined) };
}

function signerOf(seed: string | undefined) {
  return seed === undefined ? null : signingKeyFromSeed(seed);
}
