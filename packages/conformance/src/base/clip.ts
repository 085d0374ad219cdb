import { cut, MAX_QUOTE_LENGTH, visible } from './quote.ts';

/** The value, or the beginning of its JSON text, with every character visible, where that is too long for a report. */
export function clip(value: unknown, length: number): unknown {
  const text = JSON.stringify(value) ?? 'null';
  const start = visible(text.slice(0, length + 1));
  return start.length > length ? cut(start, length) : value;
}

/** Whether a text looks like one that {@link clip} made: longer than a report quotes, and cut. */
export function isClipped(text: string): boolean {
  return text.length > MAX_QUOTE_LENGTH && text.endsWith('…');
}
