import type { Problem } from '../base/problem.ts';
import type { Terminal } from '../base/terminal.ts';
import { count, escaped } from './layout.ts';

/** Writes problems to standard error, one per line, in the form that editors and people read. */
export function printProblems(terminal: Terminal, problems: readonly Problem[]): void {
  const { red, yellow, dim } = terminal.errorColours;
  const paint = { error: red, warning: yellow, info: dim };
  for (const problem of inOrder(problems)) {
    const { level, code } = problem;
    const what = code === 'USAGE' ? level : `${level} ${code}`;
    terminal.warn(`${placeText(problem)}${paint[level](what)}: ${problem.message}\n`);
  }
  const errors = problems.filter(({ level, file }) => level === 'error' && file !== null).length;
  if (errors > 1) terminal.warn(`${count(errors, 'error')}. Nothing was done.\n`);
}

/** `file:line:column: /path `, as far as it is known. */
export function placeText({ file, place, path }: Pick<Problem, 'file' | 'place' | 'path'>): string {
  if (file === null) return '';
  const name = file === '-' ? 'standard input' : escaped(file);
  const where = place === null ? name : `${name}:${place.line}:${place.column}`;
  return `${where}: ${path === null ? '' : `${path === '' ? '(whole document)' : escaped(path)} `}`;
}

/** File by file in order of appearance, each from top to bottom. */
function inOrder(problems: readonly Problem[]): Problem[] {
  const files = [...new Set(problems.map(({ file }) => file))];
  return [...problems].sort(
    (a, b) =>
      files.indexOf(a.file) - files.indexOf(b.file) ||
      (a.place?.line ?? 0) - (b.place?.line ?? 0) ||
      (a.place?.column ?? 0) - (b.place?.column ?? 0),
  );
}
