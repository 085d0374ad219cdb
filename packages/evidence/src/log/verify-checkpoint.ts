import { decodeBase64 } from '../base64.ts';
import { type CheckpointFindingCode, meaningOf } from '../finding.ts';
import { isSignedBy, rawPublicKey, readPublicKey } from '../key/public-key.ts';
import { isKeyName, noteKeyHash, SIGNATURE_MARK, type TreeHead } from './checkpoint.ts';
import { writeHash } from './merkle-hash.ts';

/** The tree head of a checkpoint that holds, or why it doesn't. */
export type CheckpointReading =
  | ({ readonly ok: true } & TreeHead)
  | { readonly ok: false; readonly code: CheckpointFindingCode; readonly message: string };

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
 * Reads a checkpoint and checks that it is that log's and signed by it (section 8, "Log"). Signatures of
 * other keys, such as witnesses', are passed over. Takes any value and never throws.
 *
 * @param expected the origin of the log and its raw public key, 64 hexadecimal digits
 * @example verifyCheckpoint(text, { origin: 'hall.example/log', publicKey }).ok
 */
export function verifyCheckpoint(
  text: unknown,
  expected: { readonly origin: string; readonly publicKey: string },
): CheckpointReading {
  const note = readCheckpoint(text);
  const code =
    note === null ? 'CHECKPOINT_MALFORMED' : judgeCheckpoint(note, expected.origin, [expected.publicKey]);
  if (note !== null && code === null) return { ok: true, ...note.head };
  const refused = code ?? 'CHECKPOINT_MALFORMED';
  return { ok: false, code: refused, message: meaningOf(refused) };
}

/** The parts of a checkpoint, or null for what is none. */
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

/** Why a checkpoint is not the log's; null where it is. */
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

/** Of each signature that names this key, whether it is good. A bad one spoils a good one beside it. */
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
    .map((line) => isSignedBy(key, Buffer.from(signed), line.signature));
}

/** Well-formed Unicode without control characters but the line feed. */
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
