import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  appendReceipt,
  createReceiptChain,
  generateSigningKey,
  merkleRoot,
  signCheckpoint,
} from '@wcp/evidence';
import type { ReceiptDraft } from '@wcp/evidence/receipt';
import { canonicalJson, type Receipt } from '@wcp/spec';
import { beforeEach, describe, expect, it } from 'vitest';
import { CliError } from '../../src/base/cli-error.ts';
import { loadEvidence } from '../../src/evidence/evidence-files.ts';
import { type EvidenceReport, examineEvidence } from '../../src/evidence/examine-evidence.ts';
import { InputReader } from '../../src/input/input-reader.ts';
import { folderOf } from '../support/support.ts';

const key = generateSigningKey();
const ORIGIN = 'hall.example/log';

function makeReceipts(count: number): Receipt[] {
  let chain = createReceiptChain(key);
  return Array.from({ length: count }, (_, index) => {
    const dispatched_at = `2026-01-01T00:00:0${index % 10}Z`;
    const draft = { stream: `tenant-${index % 2}`, kind: 'decision', dispatched_at };
    const next = appendReceipt(chain, draft as unknown as ReceiptDraft);
    chain = next.chain;
    return next.receipt;
  });
}

const receipts = makeReceipts(8);
const root = merkleRoot(receipts.map((receipt) => canonicalJson(receipt)));
const whole = receipts.map((receipt) => `${JSON.stringify(receipt)}\n`).join('');
let dir = '';
beforeEach(() => {
  dir = folderOf({
    'receipts.jsonl': whole,
    'keys.json': { [key.keyId]: key.publicKey },
    'checkpoint.txt': signCheckpoint({ origin: ORIGIN, size: receipts.length, root }, key),
  });
});

const terminal = {} as ConstructorParameters<typeof InputReader>[0];

async function examine(streamedFrom: number): Promise<EvidenceReport | string[]> {
  try {
    const evidence = await loadEvidence(new InputReader(terminal), dir, {}, { streamedFrom });
    expect(evidence.isStreamed).toBe(streamedFrom === 0);
    return await examineEvidence(evidence);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return error.problems.map(({ code, place }) => `${code} ${place?.line}`);
  }
}

const CHANGES: readonly (readonly [string, (text: string) => string])[] = [
  ['nothing', (text) => text],
  ['a changed receipt', (text) => text.replace('"seq":2', '"seq":3')],
  ['a missing receipt', (text) => text.replace(/^.*\n/, '')],
  ['a line that is not JSON, and blank ones', (text) => text.replace(/\n/, '\n \n{"torn":\n')],
  ['a torn end', (text) => text.slice(0, -20)],
  ['a missing end', (text) => text.split('\n').slice(0, 5).join('\n')],
  ['a receipt dated back', (text) => text.replace('2026-01-01T00:00:07Z', '2020-01-01T00:00:07Z')],
  ['nothing at all', () => ''],
  ['byte order marks', (text) => text.replaceAll('\n', '\n\ufeff')],
];

describe('evidence that is not read at once', () => {
  it.each(CHANGES)('With %s it gives the report of evidence that is.', async (_, change) => {
    writeFileSync(join(dir, 'receipts.jsonl'), change(readFileSync(join(dir, 'receipts.jsonl'), 'utf8')));
    expect(await examine(0)).toEqual(await examine(Number.POSITIVE_INFINITY));
  });
});
