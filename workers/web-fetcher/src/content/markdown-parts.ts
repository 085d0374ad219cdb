/** What would make more of a line than text: a heading, a fence, a quotation, a rule, HTML. */
const MARK = /^(?:#{1,6}(?=\s|$)|`{3}|~{3}|[<>]|(?:=+|-+)$)/;

/** A line that stays text: what it begins with is not a mark of Markdown. */
export function escapeLine(line: string): string {
  return MARK.test(line) ? `\\${line}` : line;
}

/** Code in a line. */
export function codeWord(text: string): string {
  return text === '' || text.includes('`') ? text : `\`${text}\``;
}

/** A piece of code between fences that nothing in it closes; empty when there is none. */
export function fenced(code: string): string {
  const text = code.replace(/^[^\S\n]*\n/, '').trimEnd();
  if (text.trim() === '') return '';
  let longest = 2;
  for (const [run] of text.matchAll(/`{3,}/g)) longest = Math.max(longest, run.length);
  const fence = '`'.repeat(longest + 1);
  return `${fence}\n${text}\n${fence}`;
}

/** An item of a list: its mark, and every other line as far in as the text behind the mark. */
export function listItem(mark: string, text: string): string {
  return mark + text.replace(/\n(?!\n)/g, `\n${' '.repeat(mark.length)}`);
}

/** A quotation. */
export function quotation(text: string): string {
  return text.replace(/^(?=.)/gm, '> ').replace(/^$/gm, text === '' ? '' : '>');
}

/** A table: its first row names the columns. */
export function tableRows(rows: readonly (readonly string[])[]): string {
  const [head, ...more] = rows.filter((row) => row.some((cell) => cell !== ''));
  if (head === undefined) return '';
  return [rowText(head), rowText(head.map(() => '---')), ...more.map(rowText)].join('\n');
}

function rowText(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
