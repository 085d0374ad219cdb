import { escapeText } from '@wcp/spec/json';

/** The most characters in a line, so that a screen of a hundred columns holds it. */
export const WIDTH = 98;

/** A text of unknown origin on one line, safe to show. */
export const escaped = escapeText;

/** Any JSON value on one line, safe to show and not endless. */
export function shownValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return escaped(text.length > 200 ? `${text.slice(0, 200)}…` : text);
}

/** Breaks a text at its spaces so that no line is longer than `width`, if its words allow it. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).filter(Boolean)) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return line === '' ? lines : [...lines, line];
}

/** Rows of a label and a text, the texts below each other and wrapped; rows without a text are left out. */
export function rows(
  pairs: readonly (readonly [label: string, text: string | null])[],
  indent = 2,
  paint: (label: string) => string = (label) => label,
): string {
  const present = pairs.filter((pair): pair is readonly [string, string] => pair[1] !== null);
  const labelWidth = Math.max(...present.map(([label]) => label.length)) + 2;
  const margin = indent + labelWidth;
  return present
    .map(([label, text]) => {
      const [first = '', ...rest] = wrap(text, WIDTH - margin);
      const head = `${' '.repeat(indent)}${paint(label)}${' '.repeat(labelWidth - label.length)}${first}`;
      return [head, ...rest.map((line) => ' '.repeat(margin) + line)].join('\n');
    })
    .concat('')
    .join('\n');
}

/** A number and its noun. */
export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${number} ${number === 1 ? noun : plural}`;
}
