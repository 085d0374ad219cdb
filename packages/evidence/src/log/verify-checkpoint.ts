import { decodeBase64 } from '../base/encoding.ts';
import type { CheckpointFindingCode } from '../base/finding.ts';
import { refuted, type Verification, verified } from '../base/verification.ts';
import { rawPublicKey, readPublicKey } from '../key/public-key.ts';
import { isSignatureOf } from '../key/signature.ts';
import { isKeyName, noteKeyHash, SIGNATURE_MARK, type TreeHead } from './checkpoint.ts';
import { writeHash } from './merkle-hash.ts';

/** The tree head of a checkpoint that holds, or why it doesn't. */
export type CheckpointVerification = Verification<CheckpointFindingCode, TreeHead>;

/** A checkpoint in its parts, before anything of it is believed. */
export interface CheckpointNote {
  readonly head: TreeHead;
  /** The text that the signatures are over. */
  readonly signed: string;
  readonly signatures: readonly NoteSignature[];
}

interface NoteSignature {
  readonly name: string;
  readonly keyHash: Buffer;
  readonly signature: Buffer;
}

const MAX_LENGTH = 1_048_576;
const MAX_SIGNATURES = 100;

/**
 * Verifies that a checkpoint belongs to a log and is signed by it (section 8, "Log"). Signatures by other
 * keys, such as witnesses', are ignored. Takes any value and never throws.
 *
 * @param expected the origin of the log and its raw public key, 64 hexadecimal digits
 * @example
 * ```ts
 * import { verifyCheckpoint } from '@wcp/evidence';
 *
 * declare const text: string;
 * declare const publicKey: string;
 * const checkpoint = verifyCheckpoint(text, { origin: 'hall.example/log', publicKey });
 * if (checkpoint.ok) console.log(checkpoint.size, checkpoint.root);
 * else console.log(checkpoint.findings[0].code);
 * ```
 */
export function verifyCheckpoint(
  text: unknown,
  expected: { readonly origin: string; readonly publicKey: string },
): CheckpointVerification {
  const note = readCheckpoint(text);
  if (note === null) return refuted('CHECKPOINT_MALFORMED');
  const code = judgeCheckpoint(note, expected.origin, [expected.publicKey]);
  return code === null ? verified(note.head) : refuted(code);
}

/** The parts of a checkpoint, or null for anything else. */
export function readCheckpoint(text: unknown): CheckpointNote | null {
  if (typeof text !== 'string' || text.length > MAX_LENGTH || !isNoteText(text)) return null;
  const end = text.lastIndexOf('\n\n');
  if (end < 0 || !text.endsWith('\n')) return null;
  const head = readHead(text.slice(0, end).split('\n'));
  const signatures = text
    .slice(end + 2, -1)
    .split('\n')
    .map(readSignature);
  if (head === null || signatures.length > MAX_SIGNATURES) return null;
  const read = signatures.filter((signature) => signature !== null);
  return read.length === signatures.length
    ? { head, signed: text.slice(0, end + 1), signatures: read }
    : null;
}

/** Why a checkpoint does not hold for the log; null where it does. */
export function judgeCheckpoint(
  { head, signed, signatures }: CheckpointNote,
  origin: unknown,
  publicKeys: readonly unknown[],
): CheckpointFindingCode | null {
  if (head.origin !== origin) return 'CHECKPOINT_ORIGIN_MISMATCH';
  const verdicts = publicKeys.flatMap((publicKey) => verdictsOf(signatures, head.origin, signed, publicKey));
  if (verdicts.length === 0) return 'CHECKPOINT_KEY_UNKNOWN';
  return verdicts.every((good) => good) ? null : 'CHECKPOINT_SIGNATURE_INVALID';
}

/** For each signature that names this key, whether it is good. One bad signature spoils the good ones. */
function verdictsOf(
  signatures: readonly NoteSignature[],
  name: string,
  signed: string,
  publicKey: unknown,
): boolean[] {
  const key = readPublicKey(publicKey);
  if (key === null) return [];
  const keyHash = noteKeyHash(name, rawPublicKey(publicKey)?.toString('hex') ?? '');
  return signatures
    .filter((line) => line.name === name && line.keyHash.equals(keyHash))
    .map((line) => isSignatureOf(key, Buffer.from(signed), line.signature));
}

/** Well-formed Unicode without control characters other than the line feed. */
function isNoteText(text: string): boolean {
  return text.isWellFormed() && !/[\x00-\x09\x0b-\x1f\x7f]/.test(text);
}

function readHead([origin, size, root, ...extensions]: readonly string[]): TreeHead | null {
  const bytes = decodeBase64(root);
  if (!isKeyName(origin) || size === undefined || !/^(?:0|[1-9][0-9]{0,15})$/.test(size)) return null;
  if (!Number.isSafeInteger(Number(size)) || bytes?.length !== 32 || extensions.includes('')) return null;
  return { origin, size: Number(size), root: writeHash(bytes) };
}

function readSignature(line: string): NoteSignature | null {
  const [name, base64, ...more] = line.slice(SIGNATURE_MARK.length).split(' ');
  const bytes = decodeBase64(base64);
  if (!line.startsWith(SIGNATURE_MARK) || !isKeyName(name) || more.length > 0) return null;
  if (bytes === null || bytes.length < 5) return null;
  return { name, keyHash: bytes.subarray(0, 4), signature: bytes.subarray(4) };
}
