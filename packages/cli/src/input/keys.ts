import { keyIdOf, publicKeyFromPem, type SigningKey, signingKeyFromPem } from '@wcp/evidence';
import { fileProblem } from '../base/problem.ts';
import type { InputReader } from './input-reader.ts';
import { type JsonDocument, readJsonDocument } from './json-document.ts';

const RAW_KEY = /^[0-9A-Fa-f]{64}$/;

/** Public keys of receipts: by `signing_key_id` 64 hexadecimal digits. */
export type ReceiptKeys = Readonly<Record<string, string>>;

/**
 * The public keys in a file: a PEM as `wcp keygen` writes it, or JSON `{signing_key_id: hex}`; null
 * if there are none.
 */
export async function loadReceiptKeys(reader: InputReader, file: string): Promise<ReceiptKeys | null> {
  const text = await reader.text(file);
  if (text === null) return null;
  const publicKey = readPublicPem(reader, file, text);
  if (publicKey !== undefined) return publicKey === null ? null : { [keyIdOf(publicKey)]: publicKey };
  return checkKeyMap(reader, readJsonDocument(file, text), isRawKey) as ReceiptKeys | null;
}

/**
 * The public keys of authorities in a file: JSON `{authority: [hex]}`, or a PEM, which is taken
 * for the key of `authority`.
 */
export async function loadAuthorityKeys(
  reader: InputReader,
  file: string,
  authority: string,
): Promise<Readonly<Record<string, readonly string[]>> | null> {
  const text = await reader.text(file);
  if (text === null) return null;
  const publicKey = readPublicPem(reader, file, text);
  if (publicKey !== undefined) return publicKey === null ? null : { [authority]: [publicKey] };
  const isList = (value: unknown) => Array.isArray(value) && value.every(isRawKey);
  return checkKeyMap(reader, readJsonDocument(file, text), isList) as Record<string, string[]> | null;
}

/** The private key in a file that `wcp keygen` wrote; null if there is none. */
export async function loadSigningKey(reader: InputReader, file: string): Promise<SigningKey | null> {
  const text = await reader.text(file);
  if (text === null) return null;
  try {
    return signingKeyFromPem(text);
  } catch {
    const message = 'This is not an Ed25519 private key in PEM. `wcp keygen` creates one (wcp-key.pem).';
    reader.add(fileProblem(file, 'KEY_INVALID', message));
    return null;
  }
}

/** Undefined if the text is not PEM at all, null if it is PEM of the wrong kind. */
function readPublicPem(reader: InputReader, file: string, text: string): string | null | undefined {
  if (!text.trimStart().startsWith('-----BEGIN')) return undefined;
  try {
    return publicKeyFromPem(text);
  } catch {
    const message =
      'This is not an Ed25519 public key in PEM. Give the file of the public key (wcp-key.pub.pem).';
    reader.add(fileProblem(file, 'KEY_INVALID', message));
    return null;
  }
}

function checkKeyMap(
  reader: InputReader,
  document: JsonDocument,
  isValid: (value: unknown) => boolean,
): Readonly<Record<string, unknown>> | null {
  reader.add(...document.problems);
  if (document.problems.length > 0) return null;
  const { file, value } = document;
  const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (isMap && Object.values(value).length > 0 && Object.values(value).every(isValid)) {
    return value as Readonly<Record<string, unknown>>;
  }
  reader.add(
    fileProblem(
      file,
      'KEY_INVALID',
      'Expected a PEM, or a JSON object of public keys with 64 hexadecimal digits each.',
    ),
  );
  return null;
}

function isRawKey(value: unknown): boolean {
  return typeof value === 'string' && RAW_KEY.test(value);
}
