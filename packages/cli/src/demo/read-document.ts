import { existsSync } from 'node:fs';
import { relative } from 'node:path';
import { utf8Length } from '@wcp/spec/json';
import { CliError, usageError } from '../base/cli-error.ts';
import { packageFile } from '../base/package-file.ts';
import { fileProblem } from '../base/problem.ts';
import type { Terminal } from '../base/terminal.ts';
import { readText } from '../input/read-text.ts';

/** The document that the demo summarises. */
export interface DemoDocument {
  /** As the user named it, or relative to the current folder. */
  readonly name: string;
  readonly text: string;
  readonly bytes: number;
  readonly format: 'text' | 'markdown';
}

/** The request holds the text, and a request is at most 1 MiB of canonical JSON (section 3). */
const MAX_BYTES = 900_000;

/**
 * Reads the document that the user named, or in the repository the protocol's own text.
 *
 * @throws {CliError}
 */
export async function readDemoDocument(terminal: Terminal, file: string | undefined): Promise<DemoDocument> {
  const name = file ?? defaultDocument();
  const reading = await readText(terminal, name);
  if (!reading.ok) throw new CliError([fileProblem(name, 'UNREADABLE', reading.message)]);
  const { text } = reading;
  const bytes = utf8Length(text);
  const unfit = bytes > MAX_BYTES ? TOO_LONG : text.trim() === '' ? EMPTY : null;
  if (unfit !== null) throw new CliError([fileProblem(name, 'DOCUMENT_UNFIT', unfit)]);
  return { name, text, bytes, format: /\.(md|markdown)$/i.test(name) ? 'markdown' : 'text' };
}

const TOO_LONG = 'This is longer than 900,000 bytes, which is too long for one request. Give a shorter text.';
const EMPTY = 'This file contains no text to summarise.';

function defaultDocument(): string {
  const file = packageFile('../../docs/spec/05-decision.md');
  if (existsSync(file)) return relative('', file);
  throw usageError('Name a text to summarise: wcp demo FILE. (Inside the WCP repository this is optional.)');
}
