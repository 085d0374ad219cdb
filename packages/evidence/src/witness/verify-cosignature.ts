import { readPublicKey } from '../key/public-key.ts';
import { isSignatureOf } from '../key/signature.ts';
import { noteKeyHash, SIGNATURE_MARK } from '../log/checkpoint.ts';
import { type CheckpointNote, readCheckpoint } from '../log/verify-checkpoint.ts';
import { cosignedText, type WitnessKey } from './cosignature.ts';

/** What the lines of one witness on one checkpoint come to. */
export interface ExaminedCosignature {
  /** `absent` where no line names the witness's key. One bad line spoils the good ones. */
  readonly verdict: 'good' | 'invalid' | 'absent';
  /** Seconds since 1970; null unless it is good. */
  readonly time: number | null;
}

/** Eight bytes of time and 64 of Ed25519. */
const COSIGNATURE_LENGTH = 72;
/** Lines of an answer that are read. */
const MAX_LINES = 100;
const ABSENT: ExaminedCosignature = { verdict: 'absent', time: null };
const INVALID: ExaminedCosignature = { verdict: 'invalid', time: null };

/** Examines the cosignature of one witness on a checkpoint; the lines of others are ignored. */
export function examineCosignature(
  { signed, signatures }: CheckpointNote,
  { name, publicKey }: WitnessKey,
): ExaminedCosignature {
  const keyHash = noteKeyHash(name, publicKey, 'cosignature');
  const lines = signatures.filter((line) => line.name === name && line.keyHash.equals(keyHash));
  const times = lines.map(({ signature }) => timeOf(signature, signed, publicKey));
  if (times.length === 0) return ABSENT;
  const known = times.filter((time) => time !== null);
  return known.length === times.length ? { verdict: 'good', time: Math.max(...known) } : INVALID;
}

/**
 * The lines of a witness's answer that are its cosignature on the checkpoint (C2SP tlog-witness); null where there is
 * none. Lines of others are left out. Takes any answer and never throws.
 *
 * @example
 * ```ts
 * import { readCosignature, readWitnessKey } from '@wcp/evidence/witness';
 *
 * declare const checkpoint: string;
 * declare const answer: string;
 * declare const witness: string;
 * const line = readCosignature(checkpoint, answer, readWitnessKey(witness));
 * if (line !== null) console.log(checkpoint + line);
 * ```
 */
export function readCosignature(checkpoint: string, answer: unknown, witness: WitnessKey): string | null {
  if (typeof answer !== 'string') return null;
  const mark = `${SIGNATURE_MARK}${witness.name} `;
  for (const line of answer.split('\n').slice(0, MAX_LINES)) {
    const note = line.startsWith(mark) ? readCheckpoint(`${checkpoint}${line}\n`) : null;
    if (note !== null && examineCosignature(note, witness).verdict === 'good') return `${line}\n`;
  }
  return null;
}

function timeOf(bytes: Buffer, signed: string, publicKey: string): number | null {
  const key = readPublicKey(publicKey);
  if (key === null || bytes.length !== COSIGNATURE_LENGTH) return null;
  const time = bytes.readBigUInt64BE();
  const text = Buffer.from(cosignedText(time, signed));
  const isGood = time <= BigInt(Number.MAX_SAFE_INTEGER) && isSignatureOf(key, text, bytes.subarray(8));
  return isGood ? Number(time) : null;
}
