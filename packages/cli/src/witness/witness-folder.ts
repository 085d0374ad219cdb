import { join } from 'node:path';
import type { SigningKey } from '@wcp/evidence';
import { readVerifierKey } from '@wcp/evidence/log';
import { readWitnessKey, type WatchedLog, writeWitnessKey } from '@wcp/evidence/witness';
import { z } from 'zod';
import { fileProblem, type Problem } from '../base/problem.ts';
import type { InputReader } from '../input/input-reader.ts';
import { findingProblem } from '../input/json-document.ts';
import { loadSigningKey } from '../input/keys.ts';

/** The files in the folder of a witness. */
export const WITNESS_FILES = {
  settings: 'witness.json',
  key: 'witness.key.pem',
  /** What it cosigned; it is never made again. */
  record: 'witness.db',
} as const;

const LOG =
  'A log is {"key": …, "from_size": …}: the verifier_key of a Hall, and the first size that it signs.';
const settings = z.strictObject({
  name: z.string().regex(/^[^\s+\p{Cc}]{1,200}$/u, 'name must be a URL without its scheme.'),
  host: z.string().min(1),
  port: z.int().min(0).max(65_535),
  logs: z.array(
    z
      .strictObject({ key: z.string(), from_size: z.int().min(0) }, LOG)
      .refine(({ key }) => originOf(key) !== null, LOG),
  ),
});

/** What `witness.json` says. */
export type WitnessSettings = z.infer<typeof settings>;

/** A witness that can be served. */
export interface LoadedWitness {
  readonly settings: WitnessSettings;
  readonly key: SigningKey;
  readonly logs: readonly WatchedLog[];
}

/** Reads the settings of the witness in a folder; null where something is wrong, which is added to the reader. */
export async function readWitnessSettings(reader: InputReader, dir: string): Promise<WitnessSettings | null> {
  const file = join(dir, WITNESS_FILES.settings);
  const document = await reader.json(file);
  if (document === null) return null;
  const parsed = settings.safeParse(document.value);
  if (!parsed.success) {
    reader.add(
      ...parsed.error.issues.map(({ path, message }) =>
        findingProblem(
          file,
          { path: path.map((part) => `/${String(part)}`).join(''), code: 'SETTINGS_INVALID', message },
          document.placeOf,
        ),
      ),
    );
    return null;
  }
  reader.add(...ambiguities(file, parsed.data));
  return reader.hasErrors ? null : parsed.data;
}

/** @throws {CliError} with everything that is wrong with the folder */
export async function loadWitness(reader: InputReader, dir: string): Promise<LoadedWitness> {
  const read = await readWitnessSettings(reader, dir);
  const key = await loadSigningKey(reader, join(dir, WITNESS_FILES.key));
  reader.throwErrors();
  const { logs } = read as WitnessSettings;
  return { settings: read as WitnessSettings, key: key as SigningKey, logs: watchedLogs(logs) };
}

/** The key of a witness as Halls and auditors configure it. */
export function witnessKeyText({ name }: Pick<WitnessSettings, 'name'>, { publicKey }: SigningKey): string {
  const text = writeWitnessKey({ name, publicKey });
  readWitnessKey(text);
  return text;
}

/** The keys of each log in the order of the sizes from which they count. */
function watchedLogs(logs: WitnessSettings['logs']): WatchedLog[] {
  const keys = logs
    .map(({ key, from_size }) => ({ ...readVerifierKey(key), from_size }))
    .toSorted((a, b) => a.from_size - b.from_size);
  return [...new Set(keys.map(({ origin }) => origin))].map((origin) => ({
    origin,
    keys: keys
      .filter((key) => key.origin === origin)
      .map(({ publicKey, from_size }) => ({ publicKey, from_size })),
  }));
}

/** For each size of a log, exactly one key counts. */
function ambiguities(file: string, { logs }: WitnessSettings): Problem[] {
  const places = logs.map(({ key, from_size }) => `${from_size} ${originOf(key)}`);
  if (new Set(places).size === places.length) return [];
  const message = 'Two keys of one log count from the same size: exactly one may.';
  return [fileProblem(file, 'SETTINGS_INVALID', message)];
}

function originOf(key: string): string | null {
  try {
    return readVerifierKey(key).origin;
  } catch {
    return null;
  }
}
