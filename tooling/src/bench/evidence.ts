import { appendReceipt, createReceiptChain, generateSigningKey, verifyReceipts } from '@wcp/evidence';
import { decisionReceipt } from '@wcp/evidence/receipt';
import { compileWorld, decide } from '@wcp/router';
import { times } from './measure.ts';
import { type BenchRow, sampledRow } from './row.ts';
import { CONFIG, facts, input, rules, worker } from './world.ts';

const RECEIPTS = 5_000;

/** Receipts signed and verified per second. */
export function evidenceRows(): BenchRow[] {
  const key = generateSigningKey();
  const keys = { [key.keyId]: key.publicKey };
  const receipts = signMany(key);
  const perSecond = (milliseconds: number) => (RECEIPTS * 1000) / milliseconds;
  const signing = times(() => signMany(key)).map(perSecond);
  const verifying = times(() => expectSound(verifyReceipts(receipts, keys))).map(perSecond);
  return [
    sampledRow('receipts made and signed', 'receipts/s', signing),
    sampledRow('receipts verified', 'receipts/s', verifying),
  ];
}

function signMany(key: ReturnType<typeof generateSigningKey>) {
  const request = input('prod');
  const world = compileWorld({ rules: rules(1), workers: [worker()], config: CONFIG.prod });
  const decision = decide(world, facts('prod'), request);
  let chain = createReceiptChain(key);
  return Array.from({ length: RECEIPTS }, (_, index) => {
    const receipt_id = `0195f3a0-7c1e-7000-8000-${index.toString(16).padStart(12, '0')}`;
    const appended = appendReceipt(chain, decisionReceipt({ receipt_id, decision, input: request }));
    chain = appended.chain;
    return appended.receipt;
  });
}

function expectSound({
  findings: [finding],
}: {
  readonly findings: readonly { readonly code: string }[];
}): void {
  if (finding !== undefined) throw new Error(`The bench's own receipts do not verify: ${finding.code}`);
}
