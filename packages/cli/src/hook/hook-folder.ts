import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { HookSettings } from '@wcp/agents/hook';
import { CliError } from '../base/cli-error.ts';
import { isExposed } from '../base/file-mode.ts';
import { fileProblem } from '../base/problem.ts';
import type { Terminal } from '../base/terminal.ts';
import { readText } from '../input/read-text.ts';

/** The folder of the hooks: their settings, and what one leaves for the next. */
export interface HookFolder {
  readonly settings_file: string;
  readonly calls: string;
}

/** The folder that was named, else `WCP_HOOK_DIR`, else `~/.wcp/hook`. */
export function hookFolder({ env }: Terminal, dir: string | undefined): HookFolder {
  const named = dir ?? (env['WCP_HOOK_DIR'] || join(env['HOME'] ?? homedir(), '.wcp', 'hook'));
  const folder = resolve(named);
  return { settings_file: join(folder, 'settings.json'), calls: join(folder, 'calls') };
}

/** @throws {CliError} for settings that cannot be read, are wrong, or show a key to others */
export async function readHookFolder(
  terminal: Terminal,
  { settings_file }: HookFolder,
): Promise<HookSettings> {
  const refuse = (code: string, message: string) => new CliError([fileProblem(settings_file, code, message)]);
  const reading = await readText(terminal, settings_file);
  if (!reading.ok) throw refuse(reading.code, reading.message);
  const json = jsonOf(reading.text);
  if (json === undefined) throw refuse('NOT_JSON', 'This is not JSON.');
  const hasKeys = Object.hasOwn(Object(json), 'key') || Object.hasOwn(Object(json), 'worker_key');
  if (hasKeys && (await isExposed(settings_file))) {
    throw refuse('EXPOSED', `Others can read the keys in this file. Run: chmod 600 ${settings_file}`);
  }
  // Loaded only here, so that other commands start fast.
  const { readHookSettings } = await import('@wcp/agents/hook');
  const settings = readHookSettings(json, terminal.env);
  if (settings.ok) return settings.settings;
  throw refuse('INVALID_VALUE', settings.message);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
