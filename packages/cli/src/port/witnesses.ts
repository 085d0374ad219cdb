import { type LogTime, verifyTimes } from '@wcp/evidence/log';
import { parseWitnessPolicy, verifyWitnessed } from '@wcp/evidence/witness';
import { OperationError } from './operation-error.ts';

type Members = Readonly<Record<string, unknown>>;

/** The operation `verify_cosignatures` (section 8.8). */
export function answerCosignatures({ checkpoints, policy, size }: Members): object {
  const reading = parseWitnessPolicy(policy);
  if (!reading.ok) throw new OperationError('POLICY_INVALID');
  const known = typeof size === 'number' ? { size } : {};
  const { ok, findings, witnessed_size } = verifyWitnessed({ checkpoints, policy: reading.policy, ...known });
  return { valid: ok, findings: findings.map(({ index, code }) => ({ index, code })), witnessed_size };
}

/** The operation `verify_timestamp`. The library for certificates is loaded only here. */
export async function answerTimestamp({
  timestamp,
  checkpoint,
  certificates,
  nonce,
}: Members): Promise<object> {
  const { verifyTimestamp } = await import('@wcp/evidence/timestamp');
  const verdict = await verifyTimestamp({
    timestamp: Buffer.from(String(timestamp), 'base64'),
    checkpoint: String(checkpoint),
    certificates: String(certificates),
    ...(typeof nonce === 'string' && { nonce }),
  });
  return verdict.ok
    ? { valid: true, code: null, time: verdict.time }
    : { valid: false, code: verdict.findings[0].code, time: null };
}

/** The operation `verify_times`. */
export function answerTimes({ receipts, timestamps = [], positions, is_ordered = true }: Members): object {
  const { ok, findings } = verifyTimes({
    ...{ receipts, timestamps: timestamps as LogTime[], is_ordered: is_ordered === true },
    ...(positions !== undefined && { positions: positions as number[] }),
  });
  return { valid: ok, findings: findings.map(({ index, code }) => ({ index, code })) };
}
