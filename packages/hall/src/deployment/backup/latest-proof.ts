import { verifyCheckpoint } from '@wcp/evidence';
import type { KeyTerm } from '@wcp/evidence/log';
import { type Sha256, sha256 } from '@wcp/spec';
import { readMarkText } from '../../storage/ledger/high-water-mark.ts';
import { termAt } from '../../storage/ledger/log-keys.ts';
import type { RowMac } from '../../storage/seal/row-mac.ts';
import type { DeploymentFinding } from '../deployment-error.ts';
import { backupFinding } from './backup-error.ts';

/** How far a restored log has come, and who may speak for it. */
export interface RestoredLog {
  readonly origin: string;
  readonly size: number;
  /** The root over the first receipts. */
  rootAt(size: number): Promise<Sha256>;
  /** The number of the seal of the store. */
  readonly seal: number;
  readonly terms: readonly KeyTerm[];
  readonly mac: RowMac;
}

/** How far somebody else knows that a log had come. */
interface KnownHead {
  readonly size: number;
  readonly root: Sha256;
  /** Of a high-water mark alone. */
  readonly seal: number | null;
}

/**
 * Why what was kept elsewhere, checkpoints or a high-water mark, does not show that nothing was signed after a backup;
 * empty where it does. Whether it is the newest that there is, only whoever brings it can know.
 */
export async function judgeLatest(texts: readonly string[], log: RestoredLog): Promise<DeploymentFinding[]> {
  const findings: DeploymentFinding[] = [];
  const heads: KnownHead[] = [];
  for (const [index, text] of texts.entries()) {
    const head = headOf(text, log);
    if (head === null) findings.push(invalid(index));
    else heads.push(head);
  }
  const newest = heads.reduce<KnownHead | null>(
    (last, each) => (each.size >= (last?.size ?? 0) ? each : last),
    null,
  );
  if (findings.length > 0 || newest === null) return findings;
  for (const head of heads) {
    const contradiction = await contradictionOf(head, log);
    if (contradiction !== null) return [contradiction];
  }
  if (newest.size < log.size) return [older(newest.size, log.size)];
  return [];
}

function headOf(text: string, { origin, size, terms, mac }: RestoredLog): KnownHead | null {
  if (text.trimStart().startsWith('{')) return readMarkText(text, { origin, mac, terms });
  const stated = Number(/^[^\n]+\n(\d{1,15})\n/.exec(text)?.[1] ?? -1);
  const { public_key: publicKey } = termAt(terms, stated);
  const checked = verifyCheckpoint(text, { origin, publicKey });
  if (checked.ok) return { size: checked.size, root: checked.root, seal: null };
  // A newer one may be by a key that the backup does not know: it only ever refuses.
  const isNewer = checked.findings[0]?.code === 'CHECKPOINT_KEY_UNKNOWN' && stated > size;
  return isNewer ? { size: stated, root: sha256(''), seal: null } : null;
}

async function contradictionOf(head: KnownHead, log: RestoredLog): Promise<DeploymentFinding | null> {
  if (head.size > log.size || (head.seal ?? 0) > log.seal) return outdated(head, log);
  return (await log.rootAt(head.size)) === head.root ? null : forked(head.size);
}

function outdated({ size }: KnownHead, log: RestoredLog): DeploymentFinding {
  const what =
    size > log.size
      ? `The log had ${size} receipts, and the backup has ${log.size}`
      : 'The store was changed after the backup was made, such as an API key that was revoked';
  const message = `${what}: to go on would fork it. Use a newer backup, or let the log go on under another name with --new-origin.`;
  return backupFinding('BACKUP_OUTDATED', message);
}

function older(size: number, of: number): DeploymentFinding {
  const message = `What was given as the latest covers ${size} receipts, and the backup itself has ${of}: it does not show that nothing was signed later. Give the newest checkpoint that a witness, a copy of checkpoints or the high-water mark has, or let the log go on under another name with --new-origin.`;
  return backupFinding('CONTINUATION_UNPROVEN', message);
}

function forked(size: number): DeploymentFinding {
  const message = `The first ${size} receipts of the backup are not those that the checkpoint covers: one of the two is of another log, or the log was rewritten. Nothing was restored.`;
  return backupFinding('BACKUP_OUTDATED', message);
}

function invalid(index: number): DeploymentFinding {
  const message = `Number ${index + 1} of what was given as the latest is neither a checkpoint that a key of this log has signed nor its high-water mark.`;
  return backupFinding('CHECKPOINT_INVALID', message);
}
