import { verifyReceipts } from '@wcp/evidence';
import { LOG_STREAM } from '@wcp/evidence/receipt';
import type { Receipt } from '@wcp/spec';
import type { Erasure } from '@wcp/spec/document';
import { parseJson } from '@wcp/spec/json';
import type { OpenLedger } from '../../storage/ledger/ledger.ts';
import type { Eraser } from '../../storage/payload/eraser.ts';
import type { ErasureOrder } from '../../storage/payload/erasure.ts';
import { DeploymentError, type DeploymentFinding } from '../deployment-error.ts';
import { backupFinding } from './backup-error.ts';

/** What a restore did about payloads. */
export interface ForgottenAgain {
  /** Forgettings that were carried out again. */
  readonly forgotten_again: number;
  /** `all`: nothing was signed since. `but_forgotten`: those that the list of receipts did not name. `none`: all were forgotten. */
  readonly payloads: 'all' | 'but_forgotten' | 'none';
}

interface Again {
  readonly ledger: OpenLedger;
  readonly eraser: Eraser;
  readonly at: string;
  readonly erasures: readonly string[] | undefined;
  /** Whether nothing was signed after the backup. */
  readonly isSame: boolean;
}

const BY = 'wcp restore';

/**
 * What was forgotten after a backup must not come back with it. Where nobody says what that was, every payload is
 * forgotten.
 *
 * @throws {DeploymentError} `ERASURES_MALFORMED` for receipts that are none of this log
 */
export async function forgetAgain({ ledger, eraser, at, erasures, isSame }: Again): Promise<ForgottenAgain> {
  if (isSame) {
    await finish(eraser);
    return { forgotten_again: 0, payloads: 'all' };
  }
  if (erasures === undefined) return forgetEverything(ledger, eraser, at);
  const orders = (await laterErasures(ledger, erasures)).map((receipt) => orderOf(receipt, at));
  for (const order of orders) {
    await eraser.forget(order);
    await finish(eraser);
  }
  return { forgotten_again: orders.length, payloads: 'but_forgotten' };
}

async function finish(eraser: Eraser): Promise<void> {
  while (await eraser.work());
}

/** One day later than now: a clock that went ahead dates nothing out of it. */
const DAY_MS = 86_400_000;

/** What no decision leads to, such as the claims of credentials, goes with the keys. */
async function forgetEverything(ledger: OpenLedger, eraser: Eraser, at: string): Promise<ForgottenAgain> {
  await eraser.forget({
    scope: 'before',
    ...{ tenant_id: null, data_label: null, decision_id: null },
    before: new Date(Date.parse(at) + DAY_MS).toISOString(),
    ...{ reason: 'request', by: BY, at, isForced: true },
    note: 'Restored without the list of what was forgotten since the backup.',
  });
  await finish(eraser);
  ledger.store.keys.destroyAll();
  return { forgotten_again: 0, payloads: 'none' };
}

function orderOf({ receipt_id, erasure }: Receipt, at: string): ErasureOrder {
  const { scope, tenant_id, data_label, before, decision_id } = erasure as Erasure;
  const note = `Forgotten again after a restore, as ${receipt_id} says.`;
  return {
    scope,
    tenant_id,
    data_label,
    before,
    decision_id,
    reason: 'request',
    note,
    by: BY,
    at,
    isForced: true,
  };
}

/** The receipts of kind `erasure` that the store does not have. */
async function laterErasures(ledger: OpenLedger, texts: readonly string[]): Promise<Receipt[]> {
  const keys = Object.fromEntries(
    (await ledger.keys()).map(({ key_id, public_key }) => [key_id, public_key]),
  );
  const findings: DeploymentFinding[] = [];
  const later: Receipt[] = [];
  for (const [index, text] of texts.entries()) {
    const receipt = receiptOf(text, keys);
    if (receipt === null) findings.push(malformed(index));
    else if (receipt.kind === 'erasure' && !(await isKnown(ledger, receipt))) later.push(receipt);
  }
  if (findings.length > 0) throw new DeploymentError(findings);
  return later;
}

/** A key that followed after the backup is unknown here: a forgetting too many is better than one too few. */
function receiptOf(text: string, keys: Readonly<Record<string, string>>): Receipt | null {
  try {
    const receipt = parseJson(text);
    const { findings } = verifyReceipts([receipt], keys);
    const isGood = findings.every(
      ({ code }) => code === 'RECEIPT_HEAD_MISSING' || code === 'RECEIPT_KEY_UNKNOWN',
    );
    return isGood ? (receipt as Receipt) : null;
  } catch {
    return null;
  }
}

async function isKnown({ store }: OpenLedger, { seq, receipt_hash }: Receipt): Promise<boolean> {
  const [row] = await store.list('receipts', { where: { stream: LOG_STREAM, seq }, limit: 1 });
  return row !== undefined && (JSON.parse(row.receipt) as Receipt).receipt_hash === receipt_hash;
}

function malformed(index: number): DeploymentFinding {
  const message = `Line ${index + 1} of the receipts since the backup is not a receipt with a good signature of this log.`;
  return backupFinding('ERASURES_MALFORMED', message);
}
