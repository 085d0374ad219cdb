import { hash } from 'node:crypto';
import type { Sha256 } from '@wcp/spec';
import { WcpError } from '@wcp/spec/json';
import { decodeBase64, encodeBase64 } from '../base/encoding.ts';
import { rawPublicKey } from '../key/public-key.ts';
import type { Signer } from '../key/signer.ts';
import type { SigningKey } from '../key/signing-key.ts';
import { readHash } from './merkle-hash.ts';

/** A tree head: the log, the number of its leaves and their root. */
export interface TreeHead {
  /** The name of the log, as a URL without its scheme: it also names the key of the signature. */
  readonly origin: string;
  readonly size: number;
  readonly root: Sha256;
}

/** What a key of a signed note signs (C2SP signed-note): its algorithm byte. */
const NOTE_KEY_TYPES = { ed25519: 1, cosignature: 4 } as const;
type NoteKeyType = keyof typeof NOTE_KEY_TYPES;

/** The em dash and the space that a signature line begins with. */
export const SIGNATURE_MARK = '\u2014 ';

/**
 * Signs the tree head of a log as a C2SP tlog-checkpoint (section 8, "Log"), for the log's readers and for
 * witnesses.
 *
 * @throws {WcpError} `ERR_WCP_CHECKPOINT` where the origin, the size or the root is malformed
 * @example
 * ```ts
 * import { generateSigningKey, merkleRoot, signCheckpoint } from '@wcp/evidence';
 *
 * const leaves = ['first', 'second'];
 * const head = { origin: 'hall.example/log', size: leaves.length, root: merkleRoot(leaves) };
 * console.log(signCheckpoint(head, generateSigningKey()));
 * ```
 */
export function signCheckpoint(head: TreeHead, key: SigningKey): string {
  const text = checkpointText(head);
  return signedNote(head.origin, text, key.publicKey, key.sign(text));
}

/**
 * Signs the tree head of a log with a key that is held elsewhere: see {@link signCheckpoint}.
 *
 * @throws {WcpError} `ERR_WCP_CHECKPOINT`, and what the signer throws
 * @example
 * ```ts
 * import type { TreeHead } from '@wcp/evidence';
 * import type { Signer } from '@wcp/evidence/key';
 * import { signCheckpointWith } from '@wcp/evidence/log';
 *
 * declare const head: TreeHead;
 * declare const signer: Signer;
 * console.log(await signCheckpointWith(head, signer));
 * ```
 */
export async function signCheckpointWith(head: TreeHead, signer: Signer): Promise<string> {
  const text = checkpointText(head);
  return signedNote(head.origin, text, signer.publicKey, await signer.sign(text));
}

/** What the signature of a checkpoint is over. */
function checkpointText({ origin, size, root }: TreeHead): string {
  const bytes = readHash(root);
  if (!isKeyName(origin) || !Number.isSafeInteger(size) || size < 0 || bytes === null) {
    throw new WcpError(
      'ERR_WCP_CHECKPOINT',
      'A checkpoint needs an origin without spaces or "+", a size and a root.',
    );
  }
  return `${origin}\n${size}\n${encodeBase64(bytes)}\n`;
}

function signedNote(origin: string, text: string, publicKey: string, signature: Uint8Array): string {
  const line = encodeBase64(Buffer.concat([noteKeyHash(origin, publicKey), signature]));
  return `${text}\n${SIGNATURE_MARK}${origin} ${line}\n`;
}

/**
 * The public key of a log as a witness reads it (C2SP signed-note): `<origin>+<hash>+<base64>`.
 *
 * @param publicKey the raw public key, 64 hexadecimal digits
 * @throws {WcpError} `ERR_WCP_KEY` for a malformed origin or key
 * @example
 * ```ts
 * import { generateSigningKey } from '@wcp/evidence';
 * import { writeVerifierKey } from '@wcp/evidence/log';
 *
 * console.log(writeVerifierKey('hall.example/log', generateSigningKey().publicKey));
 * ```
 */
export function writeVerifierKey(origin: string, publicKey: string): string {
  return writeNoteKey(origin, publicKey, 'ed25519');
}

/**
 * The origin and raw public key that {@link writeVerifierKey} wrote.
 *
 * @throws {WcpError} `ERR_WCP_KEY`, also where the hash is not that of the key
 * @example
 * ```ts
 * import { generateSigningKey } from '@wcp/evidence';
 * import { readVerifierKey, writeVerifierKey } from '@wcp/evidence/log';
 *
 * const { publicKey } = generateSigningKey();
 * console.log(readVerifierKey(writeVerifierKey('hall.example/log', publicKey)).origin);
 * ```
 */
export function readVerifierKey(text: string): { readonly origin: string; readonly publicKey: string } {
  const { name: origin, publicKey } = readNoteKey(text, 'ed25519');
  return { origin, publicKey };
}

/** A key of a signed note as text. @throws {WcpError} `ERR_WCP_KEY` */
export function writeNoteKey(name: string, publicKey: string, type: NoteKeyType): string {
  const raw = rawPublicKey(publicKey);
  if (raw === null || !isKeyName(name)) throw notAVerifierKey();
  const hash = noteKeyHash(name, publicKey, type).toString('hex');
  return `${name}+${hash}+${encodeBase64(Buffer.concat([Buffer.of(NOTE_KEY_TYPES[type]), raw]))}`;
}

/** The name and raw public key that {@link writeNoteKey} wrote for this type. @throws {WcpError} `ERR_WCP_KEY` */
export function readNoteKey(
  text: string,
  type: NoteKeyType,
): { readonly name: string; readonly publicKey: string } {
  const [, name, , key] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(text) ?? [];
  const bytes = decodeBase64(key);
  if (name === undefined || bytes === null || bytes.length !== 33) throw notAVerifierKey();
  const publicKey = bytes.subarray(1).toString('hex');
  if (writeNoteKey(name, publicKey, type) !== text) throw notAVerifierKey();
  return { name, publicKey };
}

/** The four bytes by which a signature line names its key. */
export function noteKeyHash(name: string, publicKey: string, type: NoteKeyType = 'ed25519'): Buffer {
  const key = Buffer.from(publicKey, 'hex');
  const data = Buffer.concat([Buffer.from(`${name}\n`), Buffer.of(NOTE_KEY_TYPES[type]), key]);
  return hash('sha256', data, 'buffer').subarray(0, 4);
}

/** Whether a text can name a key of a signed note: no space of any kind, no plus, no control character. */
export function isKeyName(name: unknown): name is string {
  return typeof name === 'string' && /^[^\s+\p{Cc}\u0085]+$/u.test(name) && name.isWellFormed();
}

function notAVerifierKey(): WcpError {
  return new WcpError(
    'ERR_WCP_KEY',
    'A verifier key must be <name>+<8 hexadecimal digits>+<base64 of an Ed25519 key>, of the type that is needed here.',
  );
}
