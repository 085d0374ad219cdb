import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CliError } from '../base/cli-error.ts';
import { fileProblem } from '../base/problem.ts';
import type { Terminal } from '../base/terminal.ts';
import { writeWhole } from '../base/write-file.ts';
import { editedText, readClientFile, textHash } from './client-file.ts';
import { type ImportRecord, readImports, writeImports } from './import-record.ts';

/**
 * Undoes the latest import of a folder: the client's file is byte for byte what it was, and its servers are no longer
 * behind the gateway. Null where there is none.
 *
 * @throws {CliError} where the client's file was changed since: what somebody wrote is not overwritten
 */
export async function undoImport(
  terminal: Terminal,
  dir: string,
  { force }: { readonly force: boolean },
): Promise<ImportRecord | null> {
  const imports = await readImports(terminal, dir);
  const last = imports.at(-1);
  if (last === undefined) return null;
  const client = await readClientFile(terminal, last.file);
  if (textHash(client.text) !== last.written && !force) {
    const message = `This was changed after the import. Take the change over by hand from ${last.backup}, or run wcp mcp undo --force to lose it.`;
    throw new CliError([fileProblem(last.file, 'CHANGED', message)]);
  }
  const before = await readClientFile(terminal, last.backup);
  await writeWhole(last.file, before.text, { force: true, mode: client.mode });
  await removeServers(terminal, dir, last);
  await writeImports(dir, imports.slice(0, -1));
  await rm(last.backup, { force: true });
  return last;
}

async function removeServers(terminal: Terminal, dir: string, { added }: ImportRecord): Promise<void> {
  const { file, text, mode } = await readClientFile(terminal, join(dir, 'mcp.json'));
  const edited = editedText(
    text,
    added.map((name) => ({ path: ['servers', name] })),
  );
  await writeWhole(file, edited, { force: true, mode });
}
