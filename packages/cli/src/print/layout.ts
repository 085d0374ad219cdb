import { createRequire } from 'node:module';
import { stripVTControlCharacters } from 'node:util';
import { escapeText } from '@wcp/spec/json';

/** The longest line, in terminal columns, so that it fits a screen of a hundred columns. */
export const WIDTH = 98;
const MAX_VALUE_LENGTH = 200;

/** A text of unknown origin on one line, safe to show. */
export const escaped = escapeText;

/** Any JSON value on one line, safe to show and cut off if it is long. */
export function valueText(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return escaped(text.length > MAX_VALUE_LENGTH ? `${text.slice(0, MAX_VALUE_LENGTH)}…` : text);
}

/** How many terminal columns a text takes: wide characters take two, combining ones and colours none. */
export function columnsOf(text: string): number {
  const plain = stripVTControlCharacters(text);
  return /^[ -~]*$/.test(plain) ? plain.length : widthOf(plain);
}

/** What knows every script takes as long to load as the rest of a command: it is, for a text that needs it. */
function widthOf(text: string): number {
  const { default: stringWidth } = createRequire(import.meta.url)(
    'string-width',
  ) as typeof import('string-width');
  return stringWidth(text);
}

/** Fills a text up with spaces to a number of terminal columns. */
export function padColumns(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - columnsOf(text)));
}

/** Breaks a text at its spaces so that no line takes more than `width` columns, if its words allow it. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  let used = 0;
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const columns = columnsOf(word);
    if (line !== '' && used + 1 + columns > width) {
      lines.push(line);
      line = '';
    }
    used = line === '' ? columns : used + 1 + columns;
    line = line === '' ? word : `${line} ${word}`;
  }
  return line === '' ? lines : [...lines, line];
}

/** Rows of a label and a text, aligned and wrapped; rows without a text are left out. */
export function rows(
  pairs: readonly (readonly [label: string, text: string | null])[],
  indent = 2,
  paint: (label: string) => string = (label) => label,
): string {
  const present = pairs.filter((pair): pair is readonly [string, string] => pair[1] !== null);
  const labelWidth = Math.max(...present.map(([label]) => columnsOf(label))) + 2;
  const margin = indent + labelWidth;
  return present
    .map(([label, text]) => {
      const [first = '', ...rest] = wrap(text, WIDTH - margin);
      const head = `${' '.repeat(indent)}${padColumns(paint(label), labelWidth)}${first}`;
      return [head, ...rest.map((line) => ' '.repeat(margin) + line)].join('\n');
    })
    .concat('')
    .join('\n');
}

/** A number and its noun. */
export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${number} ${number === 1 ? noun : plural}`;
}
