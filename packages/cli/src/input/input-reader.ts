import type { Diagnostic, Parsed } from '@wcp/spec';
import { CliError } from '../base/cli-error.ts';
import { fileProblem, type Problem } from '../base/problem.ts';
import type { Terminal } from '../base/terminal.ts';
import { findingProblem, type JsonDocument, readJsonDocument } from './json-document.ts';
import { readText } from './read-text.ts';

/**
 * Reads everything that a command was given and collects what is wrong with it, so that the user sees
 * all mistakes in all files at once.
 */
export class InputReader {
  readonly #terminal: Terminal;
  readonly #problems: Problem[] = [];
  #stdinRead = false;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** Errors, warnings and remarks so far, in the order in which they were found. */
  get problems(): readonly Problem[] {
    return this.#problems;
  }

  get hasErrors(): boolean {
    return this.#problems.some(({ level }) => level === 'error');
  }

  add(...problems: readonly Problem[]): void {
    this.#problems.push(...problems);
  }

  /** The text of a file (`-` is standard input, once); null if it could not be read. */
  async text(file: string): Promise<string | null> {
    if (file === '-' && this.#stdinRead) {
      this.add(fileProblem(file, 'USAGE', 'Standard input can be read only once: only one file may be "-".'));
      return null;
    }
    this.#stdinRead ||= file === '-';
    const reading = await readText(this.#terminal, file);
    if (reading.ok) return reading.text;
    this.add(fileProblem(file, reading.code, reading.message));
    return null;
  }

  /** The document in a file; null if it is not JSON. */
  async json(file: string): Promise<JsonDocument | null> {
    const text = await this.text(file);
    if (text === null) return null;
    const document = readJsonDocument(file, text);
    this.add(...document.problems);
    return document.problems.length === 0 ? document : null;
  }

  /** The value that a parser makes of a document; null if it has findings. */
  check<T>(document: JsonDocument, parse: (value: unknown) => Parsed<T>): T | null {
    const parsed = parse(document.value);
    if (!parsed.ok) {
      for (const finding of parsed.findings) {
        this.add(findingProblem(document.file, finding, document.placeOf));
      }
      return null;
    }
    for (const diagnostic of parsed.diagnostics) this.addDiagnostic(document, diagnostic);
    return parsed.value;
  }

  /** Adds what a compiler reports about a document. */
  addDiagnostic(document: JsonDocument, diagnostic: Diagnostic): void {
    this.add(findingProblem(document.file, diagnostic, document.placeOf, diagnostic.level));
  }

  /** @throws {CliError} with everything that was found, if any of it is an error */
  throwErrors(): void {
    if (this.hasErrors) throw new CliError(this.#problems);
  }
}
