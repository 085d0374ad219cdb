import type { Restore } from '@wcp/spec/document';
import type { LogFindingCode } from '../base/finding.ts';
import { isObject, own } from '../base/own-member.ts';
import { LOG_STREAM } from '../receipt/log-receipt.ts';
import type { CheckpointKeys } from './checkpoint-keys.ts';
import type { CheckpointNote } from './verify-checkpoint.ts';

const MEMBERS = ['former_origin', 'root', 'size'];

/**
 * What a receipt of kind `restore` says, if that can be true at its position: that the receipts before it are all that
 * the backup had. Whether they have this root, only their tree shows. Null for what cannot be.
 */
export function readRestore(receipt: unknown, position: number): Restore | null {
  const restore = own(receipt, 'restore');
  if (own(receipt, 'stream') !== LOG_STREAM || !isObject(restore)) return null;
  if (Object.keys(restore).sort().join() !== MEMBERS.join()) return null;
  const { former_origin, size, root } = restore as Record<string, unknown>;
  const isName = former_origin === null || (typeof former_origin === 'string' && former_origin.length > 0);
  return isName && size === position && typeof root === 'string' ? (restore as Restore) : null;
}

/**
 * The names that a log had before it was restored, each with the receipts that it had then: what was signed under that
 * name about more of them is not part of this log.
 */
export function formerNames(receipts: readonly unknown[]): ReadonlyMap<string, number> {
  const names = new Map<string, number>();
  for (const receipt of receipts) {
    if (own(receipt, 'kind') !== 'restore') continue;
    const restore = own(receipt, 'restore');
    const [name, size] = [own(restore, 'former_origin'), own(restore, 'size')];
    if (typeof name !== 'string' || typeof size !== 'number') continue;
    names.set(name, Math.min(size, names.get(name) ?? size));
  }
  return names;
}

/** Why a checkpoint does not hold for a log, under its name or one that it had; null where it does. */
export function judgeUnderName(
  note: CheckpointNote,
  {
    origin,
    former,
    keys,
  }: { origin: string | undefined; former: ReadonlyMap<string, number>; keys: CheckpointKeys },
): LogFindingCode | null {
  const { head } = note;
  const limit = head.origin === origin ? undefined : former.get(head.origin);
  const code = keys.judge(note, limit === undefined ? origin : head.origin);
  return code ?? (limit !== undefined && head.size > limit ? 'LOG_TAIL_MISSING' : null);
}
