import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Something that may stand in its home and nowhere else. */
export interface Secret {
  readonly name: string;
  readonly bytes: Buffer;
  /** The places where it belongs: a key file, or the one output that shows a new key. */
  readonly homes?: readonly RegExp[];
}

/** A place where bytes were left: a file, or what a command wrote. */
export interface Place {
  readonly name: string;
  readonly bytes: Buffer;
}

/** The shortest piece of a secret that is looked for: half a secret that a page of a store divides is one too. */
const PIECE = 16;

/** Every file below a folder, the hidden ones and those that no name ends included. */
export function filesBelow(dir: string, label: string): Place[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => {
      const file = join(parentPath, name);
      return { name: `${label}${file.slice(dir.length)}`, bytes: readFileSync(file) };
    });
}

/** Where secrets stand outside of their homes: `name of the secret in name of the place`. */
export function strayed(secrets: readonly Secret[], places: readonly Place[]): string[] {
  return secrets.flatMap((secret) => {
    const { name, homes = [] } = secret;
    const foreign = places.filter((place) => !homes.some((home) => home.test(place.name)));
    return foreign.filter(({ bytes }) => holds(bytes, secret)).map((place) => `${name} in ${place.name}`);
  });
}

/** Whether bytes hold a secret or a piece of it, in any form that a program would write it in. */
export function holds(bytes: Buffer, { bytes: secret }: Secret): boolean {
  const needles = piecesOf(secret).flatMap(formsOf);
  return needles.some((needle) => bytes.includes(needle));
}

/** A long secret in pieces of its beginning, middle and end; a short one as it is. */
function piecesOf(secret: Buffer): Buffer[] {
  if (secret.length < 2 * PIECE) return [secret];
  const middle = Math.floor((secret.length - PIECE) / 2);
  return [0, middle, secret.length - PIECE].map((at) => secret.subarray(at, at + PIECE));
}

function formsOf(piece: Buffer): Buffer[] {
  const text = piece.toString('latin1');
  const written = [encodeURIComponent(text), JSON.stringify(text).slice(1, -1), piece.toString('hex')];
  return [
    piece,
    Buffer.from(text, 'utf16le'),
    ...[...written, piece.toString('hex').toUpperCase(), ...base64Of(piece)].map((form) => Buffer.from(form)),
  ];
}

/** Base64 in both alphabets, wherever in a longer text the piece begins. */
function base64Of(piece: Buffer): string[] {
  return [0, 1, 2].flatMap((offset) => {
    const whole = Math.floor((offset + piece.length) / 3) * 3;
    const padded = Buffer.concat([Buffer.alloc(offset), piece]).subarray(0, whole);
    // The first characters hold bits of what stands before the piece.
    const own = padded.toString('base64').slice(offset === 0 ? 0 : 4);
    return [own, own.replaceAll('+', '-').replaceAll('/', '_')];
  });
}
