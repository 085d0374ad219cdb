/** A thread of {@link import('./generate-log.ts').generateLog}: chains and signs the receipts of its share of the streams. */
import { parentPort, workerData } from 'node:worker_threads';
import { signingKeyFromSeed } from '@wcp/evidence/key';
import { decisionReceipt } from '@wcp/evidence/receipt';
import { compileWorld, decide } from '@wcp/router';
import { canonicalJson, sha256 } from '@wcp/spec';
import { CONFIG, facts, input, rules, worker } from '../world.ts';
import { decisionIdAt, type Head, type SignerData, shareOf, streamOf } from './plan.ts';

const { seed, share, of, heads } = workerData as SignerData;
const key = signingKeyFromSeed(seed);
const known = new Map<string, Head>(heads);

/** What differs from one receipt to the next, in the canonical JSON of all of them. */
const VARYING = [
  'receipt_id',
  'decision_id',
  'correlation_id',
  'stream',
  'seq',
  'prev_receipt_hash',
] as const;
const SEAL = ['receipt_hash', 'signature'] as const;
const MARK = /"@(\w+)@"/;
const template = makeTemplate();
const hashedTexts = canonicalJson(template).split(MARK);
const leafTexts = canonicalJson({ ...template, ...marks(SEAL) }).split(MARK);

parentPort?.on('message', ([start, end]: readonly [number, number]) => {
  const [texts, hashes]: [string[], string[]] = [[], []];
  for (let position = start; position < end; position += 1) {
    if (shareOf(position, of) !== share) continue;
    const { text, receipt_hash } = sign(position);
    texts.push(text);
    hashes.push(receipt_hash);
  }
  parentPort?.postMessage({ texts, hashes });
});

/** As `signReceipt` would, whose texts would be the same: what they have in common is written once. */
function sign(position: number): { readonly text: string; readonly receipt_hash: string } {
  const stream = streamOf(position);
  const before = known.get(stream);
  const id = `"${decisionIdAt(position)}"`;
  const seq = (before?.seq ?? -1) + 1;
  const prev_receipt_hash = before === undefined ? 'null' : `"${before.receipt_hash}"`;
  const ids = { receipt_id: id, decision_id: id, correlation_id: `"run-${position}"`, stream: `"${stream}"` };
  const values = { ...ids, seq: String(seq), prev_receipt_hash };
  const receipt_hash = sha256(filled(hashedTexts, values));
  const signature = key.sign(receipt_hash).toString('base64');
  known.set(stream, { seq, receipt_hash });
  const seal = { receipt_hash: `"${receipt_hash}"`, signature: `"${signature}"` };
  return { text: filled(leafTexts, { ...values, ...seal }), receipt_hash };
}

function filled(texts: readonly string[], values: Readonly<Record<string, string>>): string {
  let text = '';
  for (let at = 0; at < texts.length; at += 2) text += `${texts[at]}${values[texts[at + 1] ?? ''] ?? ''}`;
  return text;
}

/** An outcome: a decision would need its facts beside it. */
function makeTemplate(): object {
  const request = input('prod');
  const world = compileWorld({ rules: rules(1), workers: [worker()], config: CONFIG.prod });
  const decision = decide(world, facts('prod'), request);
  const receipt = { ...decisionReceipt({ receipt_id: '', decision, input: request }), kind: 'outcome' };
  return { ...receipt, ...marks(VARYING), signing_key_id: key.keyId };
}

function marks(names: readonly string[]): object {
  return Object.fromEntries(names.map((name) => [name, `@${name}@`]));
}
