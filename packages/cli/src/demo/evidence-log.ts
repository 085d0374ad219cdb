import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  appendReceipt,
  createReceiptChain,
  generateSigningKey,
  type SigningKey,
  signCheckpoint,
} from '@wcp/evidence';
import { createMerkleTree } from '@wcp/evidence/log';
import type { ReceiptDraft } from '@wcp/evidence/receipt';
import { canonicalJson, type Receipt } from '@wcp/spec';
import { openLineFile } from '@wcp/telemetry';
import { CliError } from '../base/cli-error.ts';
import { OWNER_ONLY } from '../base/file-mode.ts';
import { fileProblem } from '../base/problem.ts';
import { writeReasonOf } from '../base/system-error.ts';
import { writeWhole } from '../base/write-file.ts';
import { EVIDENCE_FILES } from '../evidence/evidence-files.ts';

/** The name of the demo's log. */
export const ORIGIN = 'demo.wcp.example/log';

/** A folder of evidence that is being written. */
export interface EvidenceLog {
  readonly dir: string;
  /** Signs the evidence and the permits. */
  readonly key: SigningKey;
  /** Signs the next receipt; resolves once it is on disk. */
  addReceipt(draft: ReceiptDraft): Promise<Receipt>;
  /** Resolves once the events are on disk. */
  addEvents(events: readonly unknown[]): Promise<void>;
  /** Closes the files and adds a signed checkpoint over all receipts. */
  seal(): Promise<void>;
}

/** Opens a new folder of evidence, signed with a key that exists only in this process. */
export async function openEvidenceLog(dir: string): Promise<EvidenceLog> {
  await makeFolder(dir);
  const key = generateSigningKey();
  const receipts = await openLineFile(join(dir, EVIDENCE_FILES.receipts));
  const events = await openLineFile(join(dir, EVIDENCE_FILES.events));
  const keys = `${JSON.stringify({ [key.keyId]: key.publicKey }, null, 2)}\n`;
  await writeWhole(join(dir, EVIDENCE_FILES.keys), keys);
  const tree = createMerkleTree();
  let chain = createReceiptChain(key);
  return {
    dir,
    key,
    async addReceipt(draft) {
      const next = appendReceipt(chain, draft);
      await receipts.append([next.receipt]);
      chain = next.chain;
      tree.append(canonicalJson(next.receipt));
      return next.receipt;
    },
    addEvents: (more) => events.append(more),
    async seal() {
      await Promise.all([receipts.close(), events.close()]);
      const note = signCheckpoint({ origin: ORIGIN, size: tree.size, root: tree.root() }, key);
      await writeWhole(join(dir, EVIDENCE_FILES.checkpoint), note);
    },
  };
}

async function makeFolder(dir: string): Promise<void> {
  try {
    await mkdir(dir, { recursive: true, mode: OWNER_ONLY.folder });
  } catch (error) {
    const advice = 'Name another folder for the evidence with --out.';
    throw new CliError([fileProblem(dir, 'UNWRITABLE', `${writeReasonOf(error)} ${advice}`)]);
  }
}
