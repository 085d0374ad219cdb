import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  appendReceipt,
  createReceiptChain,
  decisionReceipt,
  generateSigningKey,
  packageHash,
  verifyReceipts,
} from '../../packages/evidence/dist/index.js';
import { compileWorld, decide } from '../../packages/router/dist/index.js';
import { median, time } from './measure.mjs';
import { CONFIG, facts, input, rules, worker } from './world.mjs';

const RECEIPTS = 5_000;
const FILES = 1_000;

/** Receipts signed and verified per second, and the hash of a package of a thousand files. */
export async function evidenceRows() {
  const key = generateSigningKey();
  const asked = input('prod');
  const decision = decide(
    compileWorld({ rules: rules(1), workers: [worker()], config: CONFIG.prod }),
    facts('prod'),
    asked,
  );
  let receipts = [];
  const signing = median(
    Array.from({ length: 3 }, () => time(() => (receipts = signMany(key, decision, asked)))),
  );
  const keys = { [key.keyId]: key.publicKey };
  const verifying = median(
    Array.from({ length: 3 }, () => time(() => expectSound(verifyReceipts(receipts, keys)))),
  );
  return [
    { name: 'receipts made and signed', value: (RECEIPTS * 1000) / signing, unit: 'receipts/s' },
    { name: 'receipts verified', value: (RECEIPTS * 1000) / verifying, unit: 'receipts/s' },
    { name: `package hash of ${FILES.toLocaleString('en')} files`, value: await packageTime(), unit: 'ms' },
  ];
}

function signMany(key, decision, asked) {
  let chain = createReceiptChain(key);
  return Array.from({ length: RECEIPTS }, (_, index) => {
    const receipt_id = `0195f3a0-7c1e-7000-8000-${index.toString(16).padStart(12, '0')}`;
    const appended = appendReceipt(chain, decisionReceipt({ receipt_id, decision, input: asked }));
    chain = appended.chain;
    return appended.receipt;
  });
}

function expectSound({ findings }) {
  if (findings.length > 0) throw new Error(`the bench's own receipts do not verify: ${findings[0].code}`);
}

async function packageTime() {
  const folder = mkdtempSync(join(tmpdir(), 'wcp-bench-'));
  try {
    for (let index = 0; index < FILES; index += 1) {
      const place = join(folder, `module-${index % 20}`);
      mkdirSync(place, { recursive: true });
      writeFileSync(join(place, `file-${index}.js`), `export const value = ${index};\n`.repeat(80));
    }
    const times = [];
    for (let round = 0; round < 5; round += 1) {
      const start = process.hrtime.bigint();
      await packageHash(folder);
      times.push(Number(process.hrtime.bigint() - start) / 1e6);
    }
    return median(times);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
