import type { Parsed } from '@wcp/spec';
import type { Command } from 'commander';
import { usageError } from '../../base/cli-error.ts';
import { fileProblem } from '../../base/problem.ts';
import { DOCUMENT_KINDS, guessKind, readerOf } from '../../input/document-kind.ts';
import { InputReader } from '../../input/input-reader.ts';
import type { JsonDocument } from '../../input/json-document.ts';
import { isLinesFile, readJsonLines } from '../../input/json-lines.ts';
import { jsonText } from '../../print/json.ts';
import { count, escaped } from '../../print/layout.ts';
import { printProblems } from '../../print/problems.ts';
import { type CommandContext, register } from '../register.ts';
import { SUMMARIES } from '../summaries.ts';

/** A file that was validated. */
interface Validated {
  readonly file: string;
  readonly kind: string;
  readonly documents: number;
}

/** `wcp validate`: checks documents against the protocol's schemas. */
export function addValidate(program: Command, { terminal }: CommandContext): void {
  const command = register(program, 'validate', {
    summary: SUMMARIES.validate,
    example: 'wcp validate rules rules.json',
    exits: '0 every document is valid, 2 a document has errors or the usage is wrong.',
  });
  command
    .argument('[kind]', `what the files hold (default: guessed from each file): ${DOCUMENT_KINDS.join(', ')}`)
    .argument('[files...]', 'the files; "-" for standard input, *.jsonl for one document per line')
    .action(async (first: string | undefined, rest: string[], { json }: { json?: boolean }) => {
      const { kind, files } = readArguments(first, rest);
      const reader = new InputReader(terminal);
      const validated: Validated[] = [];
      for (const file of files) validated.push(...(await validateFile(reader, file, kind)));
      reader.throwErrors();
      if (json) terminal.write(jsonText({ ok: true, files: validated, remarks: reader.problems }));
      else {
        printProblems(terminal, reader.problems);
        for (const each of validated) terminal.write(validText(each));
      }
    });
}

function readArguments(first: string | undefined, rest: readonly string[]) {
  const isKind = first !== undefined && DOCUMENT_KINDS.includes(first);
  const files = first === undefined ? [] : isKind ? rest : [first, ...rest];
  if (files.length === 0) throw usageError('Name at least one file: wcp validate [kind] <files...>.');
  return { kind: isKind ? first : null, files };
}

async function validateFile(reader: InputReader, file: string, kind: string | null): Promise<Validated[]> {
  const documents = await readDocuments(reader, file);
  const [first] = documents;
  if (first === undefined) return [];
  const guessed = kind ?? guessKind(first.value);
  if (guessed === null) {
    const advice = `Name the kind: wcp validate <kind> ${escaped(file)}. Kinds: ${DOCUMENT_KINDS.join(', ')}.`;
    reader.add(fileProblem(file, 'KIND_UNKNOWN', `Cannot tell what kind of document this is. ${advice}`));
    return [];
  }
  const parts = documents.flatMap((document) => partsOf(document, guessed));
  for (const { document, root } of parts) reader.check(document, readerAt(root, guessed));
  return [{ file, kind: guessed, documents: parts.length }];
}

interface Part {
  readonly document: JsonDocument;
  /** The JSON Pointer of the part in its file. */
  readonly root: string;
}

/** A list holds one document per item, unless it is a list of rules. */
function partsOf(document: JsonDocument, kind: string): Part[] {
  if (kind === 'rules' || !Array.isArray(document.value)) return [{ document, root: '' }];
  return document.value.map((value: unknown, index) => ({
    document: { ...document, value },
    root: `/${index}`,
  }));
}

function readerAt(root: string, kind: string): (value: unknown) => Parsed<unknown> {
  const read = readerOf(kind);
  const below = <T extends { readonly path: string }>(found: T): T => ({ ...found, path: root + found.path });
  return (value) => {
    const parsed = read(value);
    return parsed.ok
      ? { ...parsed, diagnostics: parsed.diagnostics.map(below) }
      : { ok: false, findings: parsed.findings.map(below) };
  };
}

async function readDocuments(reader: InputReader, file: string): Promise<JsonDocument[]> {
  if (!isLinesFile(file)) {
    const document = await reader.json(file);
    return document === null ? [] : [document];
  }
  const text = await reader.text(file);
  if (text === null) return [];
  const { documents } = readJsonLines(file, text);
  reader.add(...documents.flatMap(({ problems }) => problems));
  if (documents.length === 0) reader.add(fileProblem(file, 'EMPTY', 'This file holds no document.'));
  return documents.filter(({ problems }) => problems.length === 0);
}

function validText({ file, kind, documents }: Validated): string {
  const what = documents === 1 ? kind : `${kind}, ${count(documents, 'document')}`;
  return `${file === '-' ? 'standard input' : escaped(file)}: valid (${what})\n`;
}
