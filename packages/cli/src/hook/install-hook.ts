import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { HookClient } from '@wcp/agents/hook';
import { PUBLIC_FILE } from '../base/file-mode.ts';
import type { Terminal } from '../base/terminal.ts';
import { writeWhole } from '../base/write-file.ts';
import { editedText, readClientFile } from '../mcp/client-file.ts';
import { jsonText } from '../print/json.ts';

/** What an installation would write, or wrote. */
export interface HookInstallation {
  readonly file: string;
  /** What the file must have. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Whether the file had it before. */
  readonly was_installed: boolean;
  /** Where the file is kept as it was; null where nothing was written, or where there was none. */
  readonly backup: string | null;
}

/** How a hook is installed. */
export interface HookInstallOptions {
  /** The settings of the agent; undefined for those of the home folder. */
  readonly file: string | undefined;
  readonly writes: boolean;
  /** The folder of the settings of the hook, where it was named. */
  readonly dir: string | undefined;
}

/**
 * Sets up a coding agent to ask `wcp hook`, or shows what that takes. What the file says beside that stays.
 *
 * @throws {CliError} where the file cannot be read or written
 */
export async function installHook(
  terminal: Terminal,
  client: HookClient,
  { file, writes, dir }: HookInstallOptions,
): Promise<HookInstallation> {
  const { hookSetup } = await import('@wcp/agents/hook');
  // Whatever keeps the program from answering, such as that it is gone, stops the tool.
  const words = [process.execPath, process.argv[1] ?? 'wcp', 'hook', client];
  const named_dir = dir === undefined ? [] : ['--dir', resolve(dir)];
  const command = [...words, ...named_dir].map(quoted).join(' ');
  const { file: usual, settings } = hookSetup(client, `${command} || exit 2`);
  const named = resolve(file ?? join(terminal.env['HOME'] ?? homedir(), usual));
  const before = existsSync(named) ? await readClientFile(terminal, named) : null;
  const edits = editsOf(before?.value ?? {}, settings);
  const shown = { file: before?.file ?? named, settings, was_installed: edits.length === 0 };
  if (!writes || edits.length === 0) return { ...shown, backup: null };
  if (before === null) {
    await writeWhole(named, jsonText(settings), { mode: PUBLIC_FILE });
    return { ...shown, backup: null };
  }
  const backup = `${before.file}.before-wcp-${terminal.now().replaceAll(/[^0-9]/g, '')}`;
  await writeWhole(backup, before.text, { mode: before.mode });
  await writeWhole(before.file, editedText(before.text, edits), { force: true, mode: before.mode });
  return { ...shown, backup };
}

/** What is added: each event keeps the hooks that it has. */
function editsOf(value: unknown, settings: Readonly<Record<string, unknown>>) {
  const { hooks: wanted, ...others } = settings as {
    readonly hooks: Readonly<Record<string, readonly unknown[]>>;
  };
  const present = ownMember(value, 'hooks');
  const added = Object.entries(wanted).flatMap(([event, entries]) => {
    const given = ownMember(present, event);
    const old = Array.isArray(given) ? (given as readonly unknown[]) : [];
    const isThere = entries.every((entry) => old.some((each) => isDeepStrictEqual(each, entry)));
    return isThere ? [] : [{ path: ['hooks', event], value: [...old, ...entries] }];
  });
  const absent = Object.entries(others).filter(([name]) => ownMember(value, name) === undefined);
  return [...absent.map(([name, other]) => ({ path: [name], value: other })), ...added];
}

function ownMember(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}

function quoted(text: string): string {
  return /^[\w./:@+-]+$/.test(text) ? text : `"${text.replaceAll(/(["\\$`])/g, '\\$1')}"`;
}
