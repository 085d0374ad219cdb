import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  appendReceipt,
  createReceiptChain,
  generateSigningKey,
  packageHash,
  verifyReceipts,
} from '@wcp/evidence';
import { decisionReceipt } from '@wcp/evidence/receipt';
import { compileWorld, decide } from '@wcp/router';
import { median, medianTime } from './measure.ts';
import type { BenchRow } from './row.ts';
import { CONFIG, facts, input, rules, worker } from './world.ts';

const RECEIPTS = 5_000;
const FILES = 1_000;

/** Receipts signed and verified per second, and the hash of a package of a thousand files. */
export async function evidenceRows(): Promise<BenchRow[]> {
  const key = generateSigningKey();
  const keys = { [key.keyId]: key.publicKey };
  const receipts = signMany(key);
  const signing = medianTime(() => signMany(key), 3);
  const verifying = medianTime(() => expectSound(verifyReceipts(receipts, keys)), 3);
  return [
    { name: 'receipts made and signed', value: (RECEIPTS * 1000) / signing, unit: 'receipts/s' },
    { name: 'receipts verified', value: (RECEIPTS * 1000) / verifying, unit: 'receipts/s' },
    { name: `package hash of ${FILES.toLocaleString('en')} files`, value: await packageTime(), unit: 'ms' },
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

/** The median time, in milliseconds, of hashing a package of many files. */
async function packageTime(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'wcp-bench-'));
  try {
    writeModules(folder);
    const times: number[] = [];
    for (let round = 0; round < 5; round += 1) {
      const start = performance.now();
      await packageHash(folder);
      times.push(performance.now() - start);
    }
    return median(times);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function writeModules(folder: string): void {
  for (let index = 0; index < FILES; index += 1) {
    const place = join(folder, `module-${index % 20}`);
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, `file-${index}.js`), `export const value = ${index};\n`.repeat(80));
  }
}
