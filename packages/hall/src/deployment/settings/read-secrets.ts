import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { readRegularFile } from '@wcp/evidence/file';
import { WcpError } from '@wcp/spec';
import type { SecretSettings } from './secret-settings.ts';

const run = promisify(execFile);
/** In bytes. */
const MAX_SECRET = 64 * 1024;
const COMMAND_MS = 10_000;
const UTF8 = new TextDecoder('utf-8', { fatal: true });

/**
 * The values of those secrets of a Hall that an envelope lists, read just now, so that a changed one counts from the
 * next process on. A name that the Hall does not know is left out: the worker starts without it.
 *
 * @throws {WcpError} `ERR_WCP_HALL` where a secret cannot be read; the message holds its name and nothing else of it
 */
export async function readSecrets(
  names: readonly string[],
  settings: SecretSettings,
  dir: string,
): Promise<Record<string, string>> {
  const known = names.filter((name) => Object.hasOwn(settings, name));
  const values = await Promise.all(
    known.map(async (name) => [name, await readSecret(name, settings, dir)] as const),
  );
  return Object.fromEntries(values);
}

async function readSecret(name: string, settings: SecretSettings, dir: string): Promise<string> {
  const source = settings[name] as SecretSettings[string];
  try {
    const bytes =
      'file' in source
        ? await readRegularFile(resolve(dir, source.file), MAX_SECRET, { followsLinks: true })
        : await runFor(source.command, dir);
    const value = UTF8.decode(bytes).replace(/\r?\n$/, '');
    if (value === '' || value.includes('\0')) throw new Error('It is empty, or no text.');
    return value;
  } catch {
    // The cause may quote the secret, as the error of a command quotes its output.
    throw new WcpError('ERR_WCP_HALL', `The secret ${name} cannot be read. Check its entry in server.json.`);
  }
}

async function runFor([program = '', ...args]: readonly string[], cwd: string): Promise<Uint8Array> {
  const options = { cwd, timeout: COMMAND_MS, maxBuffer: MAX_SECRET, encoding: 'buffer' } as const;
  return (await run(program, args, options)).stdout;
}
