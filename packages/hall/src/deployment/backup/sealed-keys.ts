import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { LAYOUT } from '../layout.ts';
import { readJsonFile } from '../settings/json-file.ts';
import { backupRefused } from './backup-error.ts';
import { filesBelow, SEALED_KEYS } from './backup-files.ts';

/** About a second of work and 128 MiB for each guess. */
const KDF = { name: 'scrypt', n: 131_072, r: 8, p: 1 } as const;
const CIPHER = 'aes-256-gcm';
const TAG_LENGTH = 16;
const MAX_MEMORY = 256 * 1024 ** 2;
const UTF8 = new TextDecoder('utf-8', { fatal: true });
/** A passphrase that is shorter can be guessed. */
const MIN_PASSPHRASE = 12;

const base64 = z.base64();
const sealed = z.strictObject({
  schema_version: z.literal('wcp-sealed-keys.v1'),
  kdf: z.strictObject({
    name: z.literal(KDF.name),
    n: z.literal(KDF.n),
    r: z.literal(KDF.r),
    p: z.literal(KDF.p),
    salt: base64,
  }),
  cipher: z.literal(CIPHER),
  nonce: base64,
  data: base64,
});

const derive = promisify<string, Buffer, number, object, Buffer>(scrypt);

/** Files of the folder of keys by their paths; their content is text. */
export type KeyFileTexts = Readonly<Record<string, string>>;

/** The folder of keys, in that of a Hall. */
export const KEYS = dirname(LAYOUT.key);

/**
 * The keys of a Hall: those of its log, its store and its payloads, and no mark of how far it had come.
 *
 * @param folder in which they lie
 */
export async function readKeyTexts(folder: string): Promise<KeyFileTexts> {
  const paths = (await filesBelow(folder)).filter(
    (path) => `${KEYS}/${path}` !== LAYOUT.mark && !path.endsWith('.tmp'),
  );
  const texts = await Promise.all(
    paths.map(async (path) => {
      // A key that is destroyed meanwhile is to be gone from the backup as well.
      const text = await readFile(join(folder, path), 'latin1').catch(() => null);
      return text === null || text.startsWith('\0') ? [] : [[`${KEYS}/${path}`, text] as const];
    }),
  );
  return Object.fromEntries(texts.flat());
}

/** Writes keys into the folder of a Hall, for its owner alone. */
export async function writeKeyTexts(dir: string, texts: KeyFileTexts): Promise<void> {
  for (const [path, text] of Object.entries(texts)) {
    await mkdir(dirname(join(dir, path)), { recursive: true, mode: 0o700 });
    await writeFile(join(dir, path), text, { mode: 0o600, flag: 'wx', flush: true, encoding: 'latin1' });
  }
}

/** @throws {DeploymentError} `PASSPHRASE_WRONG` for one that can be guessed */
export function checkPassphrase(passphrase: string): void {
  if (passphrase.length >= MIN_PASSPHRASE) return;
  throw backupRefused('PASSPHRASE_WRONG', `The passphrase must have at least ${MIN_PASSPHRASE} characters.`);
}

/** Encrypts keys with a passphrase: scrypt and AES-256-GCM. */
export async function sealKeys(texts: KeyFileTexts, passphrase: string): Promise<string> {
  const salt = randomBytes(16);
  const nonce = randomBytes(12);
  const cipher = createCipheriv(CIPHER, await keyOf(passphrase, salt), nonce);
  const data = [cipher.update(JSON.stringify(texts)), cipher.final(), cipher.getAuthTag()];
  const document = {
    schema_version: 'wcp-sealed-keys.v1',
    kdf: { ...KDF, salt: salt.toString('base64') },
    cipher: CIPHER,
    nonce: nonce.toString('base64'),
    data: Buffer.concat(data).toString('base64'),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/**
 * Decrypts the keys of a backup.
 *
 * @throws {DeploymentError} `PASSPHRASE_WRONG`, `BACKUP_MALFORMED`
 */
export async function unsealKeys(backup: string, passphrase: string): Promise<KeyFileTexts> {
  const file = await readJsonFile(backup, SEALED_KEYS);
  const read = sealed.safeParse(file.ok ? file.value : null);
  if (!read.success)
    throw backupRefused('BACKUP_MALFORMED', 'The keys of the backup cannot be read.', SEALED_KEYS);
  const { kdf, nonce, data } = read.data;
  const bytes = Buffer.from(data, 'base64');
  const key = await keyOf(passphrase, Buffer.from(kdf.salt, 'base64'));
  try {
    const decipher = createDecipheriv(CIPHER, key, Buffer.from(nonce, 'base64'), {
      authTagLength: TAG_LENGTH,
    });
    decipher.setAuthTag(bytes.subarray(-TAG_LENGTH));
    const text = Buffer.concat([decipher.update(bytes.subarray(0, -TAG_LENGTH)), decipher.final()]);
    return readTexts(JSON.parse(UTF8.decode(text)));
  } catch (cause) {
    const message = 'The passphrase is not the one that the keys of this backup were encrypted with.';
    throw backupRefused('PASSPHRASE_WRONG', message, SEALED_KEYS, cause);
  }
}

/** Names of files that stay below the folder of keys. */
function readTexts(value: unknown): KeyFileTexts {
  const path = z.string().regex(/^keys(?:\/[A-Za-z0-9_][A-Za-z0-9_.-]*){1,3}$/);
  return z.record(path, z.string()).parse(value);
}

function keyOf(passphrase: string, salt: Buffer): Promise<Buffer> {
  const { n: N, r, p } = KDF;
  return derive(passphrase.normalize('NFC'), salt, 32, { N, r, p, maxmem: MAX_MEMORY });
}
