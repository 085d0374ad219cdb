import { type EvidenceFinding, finding, type WitnessFindingCode } from '../base/finding.ts';
import { listOf } from '../base/own-member.ts';
import { type CheckpointNote, judgeCheckpoint, readCheckpoint } from '../log/verify-checkpoint.ts';
import { examineCosignature } from './verify-cosignature.ts';
import { isQuorum, type WitnessPolicy } from './witness-policy.ts';

/** Checkpoints with their cosignatures, and what an auditor demands of them. */
export interface WitnessedEvidence {
  /** Checkpoints that were verified otherwise, as text: that they are the log's is not asked here. */
  readonly checkpoints: unknown;
  readonly policy: WitnessPolicy;
  /** How many receipts there are; absent, nothing is demanded of the end of the log. */
  readonly size?: number;
}

/** What is wrong, and how far the log is witnessed. */
export interface WitnessVerification {
  readonly ok: boolean;
  readonly findings: readonly EvidenceFinding<WitnessFindingCode>[];
  /** The size of the largest witnessed checkpoint; null where there is none. */
  readonly witnessed_size: number | null;
}

/**
 * Verifies the cosignatures on checkpoints against a policy (section 8.8): which of them are witnessed, and whether
 * one of those covers the last receipt. Takes any checkpoints and never throws.
 *
 * @example
 * ```ts
 * import { parseWitnessPolicy, verifyWitnessed } from '@wcp/evidence/witness';
 *
 * declare const text: string;
 * declare const checkpoint: string;
 * const reading = parseWitnessPolicy(text);
 * if (reading.ok) {
 *   const { findings, witnessed_size } = verifyWitnessed({ checkpoints: [checkpoint], policy: reading.policy });
 *   console.log(findings.map(({ code }) => code), witnessed_size);
 * }
 * ```
 */
export function verifyWitnessed({ checkpoints, policy, size }: WitnessedEvidence): WitnessVerification {
  const examined = (listOf(checkpoints) ?? []).map((text) => examine(text, policy));
  const invalid = examined.flatMap(({ isInvalid }, index) =>
    isInvalid ? [finding('COSIGNATURE_INVALID', index)] : [],
  );
  const sizes = examined.flatMap(({ witnessed }) => witnessed ?? []);
  const witnessed_size = sizes.length === 0 ? null : Math.max(...sizes);
  const isCovered = size === undefined || size <= (witnessed_size ?? 0);
  const findings = isCovered ? invalid : [...invalid, finding('LOG_NOT_WITNESSED')];
  return { ok: findings.length === 0, findings, witnessed_size };
}

function examine(text: unknown, policy: WitnessPolicy): { isInvalid: boolean; witnessed: number | null } {
  const note = readCheckpoint(text);
  if (note === null) return { isInvalid: false, witnessed: null };
  const verdicts = policy.witnesses.map((witness) => examineCosignature(note, witness).verdict);
  const good = new Set(verdicts.flatMap((verdict, index) => (verdict === 'good' ? [index] : [])));
  const isInvalid = verdicts.includes('invalid');
  const counts = !isInvalid && isQuorum(policy.quorum, good) && isOfLog(note, policy);
  return { isInvalid, witnessed: counts ? note.head.size : null };
}

/** Whether one of the logs of the policy signed it; a policy without logs leaves that to its reader. */
function isOfLog(note: CheckpointNote, { logs }: WitnessPolicy): boolean {
  const signs = ({ origin, publicKey }: WitnessPolicy['logs'][number]) =>
    judgeCheckpoint(note, origin, [publicKey]) === null;
  return logs.length === 0 || logs.some(signs);
}
