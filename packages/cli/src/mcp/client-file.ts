import { realpath, stat } from 'node:fs/promises';
import type { ClientEdit } from '@wcp/mcp';
import { sha256 } from '@wcp/spec';
import jsonc, { type ParseError } from 'jsonc-parser';
import { CliError } from '../base/cli-error.ts';
import { fileProblem } from '../base/problem.ts';
import { reasonOf } from '../base/system-error.ts';
import type { Terminal } from '../base/terminal.ts';
import { readText } from '../input/read-text.ts';

/** The configuration of a client: JSON in which some clients allow comments. */
export interface ClientFile {
  /** Where it really is: a link stays a link when it is written. */
  readonly file: string;
  readonly text: string;
  readonly value: unknown;
  /** Its permission bits. */
  readonly mode: number;
}

/** Comments and trailing commas are kept as they are: clients allow them. */
const LENIENT = { disallowComments: false, allowTrailingComma: true, allowEmptyContent: true };

/** @throws {CliError} for a file that cannot be read, or is not JSON */
export async function readClientFile(terminal: Terminal, named: string): Promise<ClientFile> {
  const file = await realpath(named).catch((error: unknown) => {
    throw new CliError([fileProblem(named, 'UNREADABLE', reasonOf(error))]);
  });
  const { mode } = await stat(file);
  const reading = await readText(terminal, file);
  if (!reading.ok) throw new CliError([fileProblem(named, reading.code, reading.message)]);
  const errors: ParseError[] = [];
  const value: unknown = jsonc.parse(reading.text, errors, LENIENT);
  if (errors.length > 0) {
    throw new CliError([
      fileProblem(named, 'NOT_JSON', 'This is not JSON. Open it in its client, which shows where.'),
    ]);
  }
  return { file, text: reading.text, value, mode: mode & 0o777 };
}

/** The text with the edits, everything else as it was. */
export function editedText(text: string, edits: readonly ClientEdit[]): string {
  const formattingOptions = {
    insertSpaces: !/^\t/m.test(text),
    tabSize: indentOf(text),
    eol: text.includes('\r\n') ? '\r\n' : '\n',
  };
  return edits.reduce(
    (edited, { path, value }) =>
      jsonc.applyEdits(edited, jsonc.modify(edited, [...path], value, { formattingOptions })),
    text,
  );
}

function indentOf(text: string): number {
  return /^( +)\S/m.exec(text)?.[1]?.length ?? 2;
}

/** By which a file is known again that somebody may have changed since. */
export function textHash(text: string): string {
  return sha256(text);
}
