import type { LogFindingCode } from '../base/finding.ts';
import { isObject, own } from '../base/own-member.ts';
import type { KeyHistory } from './key-history.ts';
import { type CheckpointNote, judgeCheckpoint } from './verify-checkpoint.ts';

/** Which keys may sign the checkpoints of a log. */
export interface CheckpointKeys {
  /** Why a checkpoint does not hold for the log; null where it does. */
  judge(note: CheckpointNote, origin: string | undefined): LogFindingCode | null;
}

/**
 * A checkpoint is signed by the key that signs the next receipt; where no key ever changed, by one that the auditor
 * trusts.
 *
 * @param trusted `{signing_key_id: 64 hexadecimal digits}`
 * @param history null where the trusted keys sign nothing but checkpoints
 */
export function checkpointKeys(trusted: unknown, history: KeyHistory | null): CheckpointKeys {
  const known = valuesOf(trusted);
  return {
    judge(note, origin) {
      const { size } = note.head;
      const term = history?.at(size) ?? null;
      if (history === null || term === null) return judgeCheckpoint(note, origin, known);
      const code = judgeCheckpoint(note, origin, [term.public_key]);
      if (code === null) return history.isRevoked(term.key_id, size) ? 'CHECKPOINT_KEY_REVOKED' : null;
      if (code !== 'CHECKPOINT_KEY_UNKNOWN') return code;
      const others = [...history.terms.map(({ public_key }) => public_key), ...known];
      return judgeCheckpoint(note, origin, others) ?? 'CHECKPOINT_KEY_NOT_IN_FORCE';
    },
  };
}

function valuesOf(keys: unknown): unknown[] {
  try {
    return isObject(keys) ? Object.keys(keys).map((id) => own(keys, id)) : [];
  } catch {
    return [];
  }
}
