import { resolve } from 'node:path';
import { readRegularFile } from '@wcp/evidence/file';
import { programOutput } from '@wcp/sandbox';
import { WcpError } from '@wcp/spec';
import type { DeploymentFinding } from '../deployment-error.ts';
import { readEnvironment } from './read-environment.ts';
import type { SecretSettings } from './secret-settings.ts';
import type { Env } from './server-file.ts';

/** Where the value of a secret comes from, with all the variables of the program that yields it. */
type SecretSource =
  | { readonly file: string }
  | { readonly command: readonly string[]; readonly env: Readonly<Record<string, string>> };

/** Where the secrets come from, by name. */
export type SecretSources = Readonly<Record<string, SecretSource>>;

/** In bytes. */
const MAX_SECRET = 64 * 1024;
const COMMAND_MS = 10_000;
const UTF8 = new TextDecoder('utf-8', { fatal: true });
/** What a program needs to be found and to find its own files. The keys of the Hall are in none of them. */
const USUAL = ['PATH', 'HOME', 'USER', 'LOGNAME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR'];

/** Where the secrets of `server.json` come from; variables that are not set are added to `findings`. */
export function readSecretSources(
  settings: SecretSettings,
  own: Env,
  findings: DeploymentFinding[],
): SecretSources {
  const usual = usualVariables(own);
  const sources = Object.entries(settings).map(([name, source]): [string, SecretSource] => {
    if ('file' in source) return [name, source];
    const env = readEnvironment(source.env, `/secrets/${name}/env`, own, findings);
    return [name, { command: source.command, env: { ...usual, ...env } }];
  });
  return Object.fromEntries(sources);
}

/** The variables that any program of the operator gets. */
export function usualVariables(own: Env): Record<string, string> {
  return Object.fromEntries(
    USUAL.flatMap((name): [string, string][] => {
      const value = own[name] ?? process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/**
 * The values of those secrets of a Hall that an envelope lists, read just now, so that a changed one counts from the
 * next process on. A name that the Hall does not know is left out: the worker starts without it.
 *
 * @throws {WcpError} `ERR_WCP_HALL` where a secret cannot be read; the message holds its name and nothing else of it
 */
export async function readSecrets(
  names: readonly string[],
  sources: SecretSources,
  dir: string,
): Promise<Record<string, string>> {
  const known = names.filter((name) => Object.hasOwn(sources, name));
  const values = await Promise.all(
    known.map(async (name) => [name, await readSecret(name, sources, dir)] as const),
  );
  return Object.fromEntries(values);
}

async function readSecret(name: string, sources: SecretSources, dir: string): Promise<string> {
  const source = sources[name] as SecretSource;
  try {
    const bytes = 'file' in source ? await readFileOf(resolve(dir, source.file)) : await runFor(source, dir);
    const value = UTF8.decode(bytes).replace(/\r?\n$/, '');
    if (value === '' || value.includes('\0')) throw new Error('It is empty, or no text.');
    return value;
  } catch {
    // The cause may quote the secret, as the error of a command quotes its output.
    throw new WcpError('ERR_WCP_HALL', `The secret ${name} cannot be read. Check its entry in server.json.`);
  }
}

function readFileOf(place: string): Promise<Uint8Array> {
  return readRegularFile(place, MAX_SECRET, { followsLinks: true });
}

function runFor(
  { command, env }: Extract<SecretSource, { command: unknown }>,
  cwd: string,
): Promise<Uint8Array> {
  return programOutput(command, { cwd, env, timeout_ms: COMMAND_MS, max_bytes: MAX_SECRET });
}
