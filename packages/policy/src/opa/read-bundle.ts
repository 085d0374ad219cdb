import { createGunzip } from 'node:zlib';
import { readRegularFile } from '@wcp/evidence/file';
import { FOREIGN_TEXT_LIMITS, parseJson } from '@wcp/spec/json';
import { unpackTar } from 'modern-tar';
import type { PolicyFinding } from '../base/policy-finding.ts';
import { fileFinding, unreadable } from '../source/file-findings.ts';

/** The bounds within which a bundle is read. */
export const BUNDLE_LIMITS = {
  /** Bytes of the file. */
  file_bytes: 16 * 1_048_576,
  /** Bytes of what it unpacks to. */
  unpacked_bytes: 64 * 1_048_576,
} as const;

/** What of a bundle decides. */
export interface Bundle {
  readonly wasm: Uint8Array<ArrayBuffer>;
  /** The document `data`: an object. */
  readonly data: unknown;
  /** The entry points that the manifest names, such as `wcp/decision`. */
  readonly entrypoints: readonly string[];
  readonly isSigned: boolean;
}

/** A bundle, or what is wrong with it. */
export type BundleReading =
  | { readonly ok: true; readonly bundle: Bundle }
  | { readonly ok: false; readonly findings: readonly PolicyFinding[] };

/**
 * Reads a bundle as `opa build -t wasm` writes it. Never rejects.
 *
 * @param path of the file
 * @param place as the operator names it
 */
export async function readBundle(path: string, place: string): Promise<BundleReading> {
  let packed: Buffer;
  try {
    packed = await readRegularFile(path, BUNDLE_LIMITS.file_bytes, { followsLinks: true });
  } catch (error) {
    const isTooLarge = (error as NodeJS.ErrnoException).code === 'EFBIG';
    return broken(isTooLarge ? tooLarge(place) : unreadable(place, error));
  }
  let files: Files;
  try {
    files = await unpack(packed);
  } catch (error) {
    return broken(
      error instanceof TooLarge
        ? tooLarge(place)
        : notABundle(place, 'It is not a .tar.gz file that can be read.'),
    );
  }
  return readFiles(files, place);
}

type Files = ReadonlyMap<string, Uint8Array<ArrayBuffer>>;

class TooLarge extends Error {}

/** Only regular files; a name that occurs twice makes the bundle unreadable. */
async function unpack(packed: Buffer): Promise<Files> {
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const { header, data } of await unpackTar(await gunzip(packed), { strict: true })) {
    if (header.type !== 'file') continue;
    const name = header.name.replace(/^(?:\.?\/)+/, '');
    if (files.has(name)) throw new Error('A name occurs twice.');
    files.set(name, data ?? new Uint8Array());
  }
  return files;
}

async function gunzip(packed: Buffer): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  let length = 0;
  const stream = createGunzip();
  stream.end(packed);
  for await (const part of stream as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > BUNDLE_LIMITS.unpacked_bytes) throw new TooLarge();
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function readFiles(files: Files, place: string): BundleReading {
  const wasm = files.get('policy.wasm');
  if (wasm === undefined) return broken(notABundle(place, 'It holds no policy.wasm.'));
  // Only what `opa build` writes: data in other places would decide where it is read, and be missed here.
  const stray = [...files.keys()].find((name) => STRAY.test(name));
  if (stray !== undefined) return broken(notABundle(place, `It holds ${stray} beside data.json.`));
  try {
    const manifest = readObject(files.get('.manifest'));
    const data = readObject(files.get('data.json'));
    const entrypoints = entrypointsOf(manifest);
    if (entrypoints === null)
      return broken(notABundle(place, 'Its manifest does not name policy.wasm alone.'));
    return { ok: true, bundle: { wasm, data, entrypoints, isSigned: files.has('.signatures.json') } };
  } catch {
    return broken(notABundle(place, 'Its manifest or its data.json is not an object of JSON.'));
  }
}

const STRAY = /^patch\.json$|\/data\.(?:json|ya?ml)$|^data\.ya?ml$|\/policy\.wasm$/;

function readObject(bytes: Uint8Array | undefined): Readonly<Record<string, unknown>> {
  if (bytes === undefined) return {};
  const value = parseJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes), FOREIGN_TEXT_LIMITS);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('Not an object.');
  return value as Readonly<Record<string, unknown>>;
}

/** The entry points of the one module; null where the manifest names another one. */
function entrypointsOf({ wasm }: Readonly<Record<string, unknown>>): string[] | null {
  if (!Array.isArray(wasm) || wasm.length === 0) return null;
  const found: string[] = [];
  for (const resolver of wasm) {
    const { entrypoint, module } = Object(resolver) as Readonly<Record<string, unknown>>;
    if (typeof entrypoint !== 'string' || typeof module !== 'string') return null;
    if (module.replace(/^\/+/, '') !== 'policy.wasm') return null;
    found.push(entrypoint);
  }
  return found;
}

function broken(finding: PolicyFinding): BundleReading {
  return { ok: false, findings: [finding] };
}

function tooLarge(place: string): PolicyFinding {
  return fileFinding(place, 'POLICY_BUNDLE_TOO_LARGE', {
    message: 'A bundle may have at most 16 MiB, and 64 MiB unpacked.',
    remedy: 'Leave out of the bundle what no policy needs.',
  });
}

function notABundle(place: string, message: string): PolicyFinding {
  return fileFinding(place, 'POLICY_BUNDLE_FORM', {
    message: `This is not a bundle of WebAssembly. ${message}`,
    remedy: 'Build it with: opa build -t wasm -e wcp/decision -o bundle.tar.gz policies/',
  });
}
