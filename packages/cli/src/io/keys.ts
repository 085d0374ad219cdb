import { keyIdOf, publicKeyFromPem, type SigningKey, signingKeyFromPem } from '@wcp/evidence';
import type { Gathering } from './gathering.ts';
import { type JsonDocument, readJsonDocument } from './json-document.ts';
import { fileProblem } from './problem.ts';

const RAW_KEY = /^[0-9A-Fa-f]{64}$/;

/** Public keys of receipts: by `signing_key_id` 64 hexadecimal digits. */
export type ReceiptKeys = Readonly<Record<string, string>>;

/**
 * The public keys in a file: a PEM as `wcp keygen` writes it, or JSON `{signing_key_id: hex}`; null
 * where there are none.
 */
export async function loadReceiptKeys(gathering: Gathering, file: string): Promise<ReceiptKeys | null> {
  const text = await gathering.text(file);
  if (text === null) return null;
  const publicKey = readPublicPem(gathering, file, text);
  if (publicKey !== undefined) return publicKey === null ? null : { [keyIdOf(publicKey)]: publicKey };
  return checkKeyMap(gathering, readJsonDocument(file, text), isRawKey) as ReceiptKeys | null;
}

/**
 * The public keys of authorities in a file: JSON `{authority: [hex]}`, or a PEM, which is then taken
 * for the key of `authority`.
 */
export async function loadAuthorityKeys(
  gathering: Gathering,
  file: string,
  authority: string,
): Promise<Readonly<Record<string, readonly string[]>> | null> {
  const text = await gathering.text(file);
  if (text === null) return null;
  const publicKey = readPublicPem(gathering, file, text);
  if (publicKey !== undefined) return publicKey === null ? null : { [authority]: [publicKey] };
  const isList = (value: unknown) => Array.isArray(value) && value.every(isRawKey);
  return checkKeyMap(gathering, readJsonDocument(file, text), isList) as Record<string, string[]> | null;
}

/** The private key in a file that `wcp keygen` wrote; null where it holds none. */
export async function loadSigningKey(gathering: Gathering, file: string): Promise<SigningKey | null> {
  const text = await gathering.text(file);
  if (text === null) return null;
  try {
    return signingKeyFromPem(text);
  } catch {
    const message = 'This is no Ed25519 private key in PEM. `wcp keygen` makes one (wcp-key.pem).';
    gathering.add(fileProblem(file, 'KEY_INVALID', message));
    return null;
  }
}

/** Undefined where the text is no PEM at all, null where it is one of the wrong kind. */
function readPublicPem(gathering: Gathering, file: string, text: string): string | null | undefined {
  if (!text.trimStart().startsWith('-----BEGIN')) return undefined;
  try {
    return publicKeyFromPem(text);
  } catch {
    const message =
      'This is no Ed25519 public key in PEM. Give the file of the public half (wcp-key.pub.pem).';
    gathering.add(fileProblem(file, 'KEY_INVALID', message));
    return null;
  }
}

function checkKeyMap(
  gathering: Gathering,
  document: JsonDocument,
  isFit: (value: unknown) => boolean,
): Readonly<Record<string, unknown>> | null {
  gathering.add(...document.problems);
  if (document.problems.length > 0) return null;
  const { file, value } = document;
  const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (isMap && Object.values(value).length > 0 && Object.values(value).every(isFit)) {
    return value as Readonly<Record<string, unknown>>;
  }
  gathering.add(
    fileProblem(
      file,
      'KEY_INVALID',
      'Expected a PEM, or JSON with public keys of 64 hexadecimal digits by name.',
    ),
  );
  return null;
}

function isRawKey(value: unknown): boolean {
  return typeof value === 'string' && RAW_KEY.test(value);
}
