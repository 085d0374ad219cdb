/** What would make more of a line than text: a heading, a fence, a quotation, a rule, HTML. */
const MARK = /^(?:#{1,6}(?=\s|$)|`{3}|~{3}|[<>]|(?:=+|-+)$)/;

/** A line of text that stays one: what it begins with is no mark of Markdown. */
export function escapeLine(line: string): string {
  return MARK.test(line) ? `\\${line}` : line;
}

/** A piece of code between fences that nothing in it closes. */
export function fenced(code: string): string {
  const text = code.replace(/^[^\S\n]*\n/, '').trimEnd();
  if (text.trim() === '') return '';
  const longest = Math.max(2, ...Array.from(text.matchAll(/`{3,}/g), ([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}\n${text}\n${fence}`;
}

/** An item of a list: its mark, and every other line as far in as the text behind the mark. */
export function indented(mark: string, text: string): string {
  return mark + text.replace(/\n(?!\n)/g, `\n${' '.repeat(mark.length)}`);
}

/** A quotation. */
export function quoted(text: string): string {
  return text.replace(/^(?=.)/gm, '> ').replace(/^$/gm, text === '' ? '' : '>');
}

/** A table: its first row names the columns. */
export function tableRows(rows: readonly (readonly string[])[]): string {
  const [head, ...more] = rows;
  if (head === undefined) return '';
  return [lineOf(head), lineOf(head.map(() => '---')), ...more.map(lineOf)].join('\n');
}

function lineOf(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
