import { WcpError } from '@wcp/spec/json';
import { encodeBase64 } from '../base/encoding.ts';
import type { SigningKey } from '../key/signing-key.ts';
import { isKeyName, noteKeyHash, readNoteKey, SIGNATURE_MARK, writeNoteKey } from '../log/checkpoint.ts';
import { readCheckpoint } from '../log/verify-checkpoint.ts';

/** A witness as others know it. */
export interface WitnessKey {
  /** Its name, as a URL without its scheme: it also names the key of the cosignatures. */
  readonly name: string;
  /** The raw public key, 64 hexadecimal digits. */
  readonly publicKey: string;
}

/** Who cosigns, and when. */
export interface Cosigner {
  readonly name: string;
  readonly key: SigningKey;
  /** Seconds since 1970. */
  readonly time: number;
}

/**
 * Cosigns a checkpoint as a C2SP tlog-cosignature (`cosignature/v1`, section 8.8): the line to be added to the note.
 * It states that at this time the checkpoint was the largest consistent one that the witness had seen, so a witness
 * calls it only once it has recorded that.
 *
 * @throws {WcpError} `ERR_WCP_CHECKPOINT` for something else than a checkpoint, or a malformed name or time
 * @example
 * ```ts
 * import { generateSigningKey, merkleRoot, signCheckpoint } from '@wcp/evidence';
 * import { cosignCheckpoint } from '@wcp/evidence/witness';
 *
 * const head = { origin: 'hall.example/log', size: 1, root: merkleRoot(['first']) };
 * const note = signCheckpoint(head, generateSigningKey());
 * const cosigner = { name: 'witness.example/w1', key: generateSigningKey(), time: 1_790_000_000 };
 * console.log(note + cosignCheckpoint(note, cosigner));
 * ```
 */
export function cosignCheckpoint(checkpoint: string, { name, key, time }: Cosigner): string {
  const note = readCheckpoint(checkpoint);
  if (note === null || !isKeyName(name) || !Number.isSafeInteger(time) || time < 0) {
    throw new WcpError(
      'ERR_WCP_CHECKPOINT',
      'A cosignature needs a checkpoint, a name without spaces or "+", and a time in seconds.',
    );
  }
  const stamp = Buffer.alloc(8);
  stamp.writeBigUInt64BE(BigInt(time));
  const signature = key.sign(cosignedText(time, note.signed));
  const hash = noteKeyHash(name, key.publicKey, 'cosignature');
  return `${SIGNATURE_MARK}${name} ${encodeBase64(Buffer.concat([hash, stamp, signature]))}\n`;
}

/** The text that a cosignature is over. */
export function cosignedText(time: bigint | number, signed: string): string {
  return `cosignature/v1\ntime ${time}\n${signed}`;
}

/**
 * The public key of a witness as its readers configure it (C2SP signed-note, type 0x04): `<name>+<hash>+<base64>`.
 *
 * @throws {WcpError} `ERR_WCP_KEY` for a malformed name or key
 * @example
 * ```ts
 * import { generateSigningKey } from '@wcp/evidence';
 * import { readWitnessKey, writeWitnessKey } from '@wcp/evidence/witness';
 *
 * const { publicKey } = generateSigningKey();
 * const text = writeWitnessKey({ name: 'witness.example/w1', publicKey });
 * console.log(readWitnessKey(text).name); // witness.example/w1
 * ```
 */
export function writeWitnessKey({ name, publicKey }: WitnessKey): string {
  return writeNoteKey(name, publicKey, 'cosignature');
}

/**
 * The name and key that {@link writeWitnessKey} wrote.
 *
 * @throws {WcpError} `ERR_WCP_KEY`, also for the key of a log
 * @example
 * ```ts
 * import { readWitnessKey } from '@wcp/evidence/witness';
 *
 * const text = 'remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2';
 * console.log(readWitnessKey(text).name); // remora.n621.de
 * ```
 */
export function readWitnessKey(text: string): WitnessKey {
  return readNoteKey(text, 'cosignature');
}
