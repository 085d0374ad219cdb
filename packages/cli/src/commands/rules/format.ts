import { realpath, stat } from 'node:fs/promises';
import { parseRules } from '@wcp/spec';
import type { Command } from 'commander';
import { usageError } from '../../base/cli-error.ts';
import { EXIT } from '../../base/exit-code.ts';
import type { Terminal } from '../../base/terminal.ts';
import { writeWhole } from '../../base/write-file.ts';
import { InputReader } from '../../input/input-reader.ts';
import { readJsonDocument } from '../../input/json-document.ts';
import { jsonText } from '../../print/json.ts';
import { count, escaped } from '../../print/layout.ts';
import { formattedRules } from '../../rules/format-rules.ts';
import { type CommandContext, register } from '../register.ts';

interface Options {
  readonly check?: boolean;
  readonly json?: boolean;
}

/** A file of rules and its text in the one form. */
interface Formatted {
  readonly file: string;
  readonly text: string;
  readonly is_changed: boolean;
}

/** `wcp rules format`: rule files in one form, which mean what they meant (section 4.1). */
export function addFormat(group: Command, context: CommandContext): void {
  const command = register(group, 'format', {
    summary: 'Write rule files in one form; the digest of the world that they make stays the same.',
    details: 'No file is written unless all of them are valid. Standard input is written to standard output.',
    example: 'wcp rules format rules.json',
    exits: '0 done, or nothing to do, 1 with --check, a file is in another form, 2 a file has errors.',
  });
  command
    .argument('<files...>', 'rule files; "-" alone for standard input')
    .option('--check', 'write nothing, and exit 1 if a file is in another form')
    .action((files: string[], options: Options) => formatFiles(context, files, options));
}

async function formatFiles(
  { terminal, exitWith }: CommandContext,
  files: readonly string[],
  { check = false, json = false }: Options,
): Promise<void> {
  if (files.length > 1 && files.includes('-'))
    throw usageError('Standard input is formatted alone: name "-" and no other file.');
  const formatted = await readFiles(terminal, files);
  const changed = formatted.filter(({ is_changed }) => is_changed);
  if (!check) for (const { file, text } of changed) if (file !== '-') await replaceText(file, text);
  const ok = !check || changed.length === 0;
  if (json) terminal.write(jsonText({ ok, files: formatted.map((each) => shownFile(each, check)) }));
  else if (files.includes('-') && !check) terminal.write(formatted[0]?.text ?? '');
  else terminal.write(resultText(formatted, check));
  exitWith(ok ? EXIT.ok : EXIT.found);
}

async function readFiles(terminal: Terminal, files: readonly string[]): Promise<Formatted[]> {
  const reader = new InputReader(terminal);
  const formatted: Formatted[] = [];
  for (const file of files) {
    const before = await reader.text(file);
    if (before === null) continue;
    const document = readJsonDocument(file, before);
    reader.add(...document.problems);
    if (document.problems.length > 0 || reader.check(document, parseRules) === null) continue;
    const text = formattedRules(document.value);
    formatted.push({ file, text, is_changed: text !== before });
  }
  reader.throwErrors();
  return formatted;
}

/** A link stays one, and a file keeps who may read it. */
async function replaceText(file: string, text: string): Promise<void> {
  const target = await realpath(file);
  const { mode } = await stat(target);
  await writeWhole(target, text, { force: true, mode: mode & 0o777 });
}

/** Only what was read from standard input is not in a file already. */
function shownFile({ file, text, is_changed }: Formatted, check: boolean) {
  return { file, is_changed, ...(file === '-' && !check && { text }) };
}

function resultText(formatted: readonly Formatted[], check: boolean): string {
  const changed = formatted.filter(({ is_changed }) => is_changed);
  const what = check ? 'is in another form' : 'formatted';
  const lines = changed.map(({ file }) => `${file === '-' ? 'standard input' : escaped(file)}: ${what}\n`);
  const [total, number] = [count(formatted.length, 'file'), changed.length];
  const verdict = check ? `${number} to format with \`wcp rules format\`` : `${number} formatted`;
  return `${lines.join('')}${total}: ${number === 0 ? 'nothing to format' : verdict}.\n`;
}
