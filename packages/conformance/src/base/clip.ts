import { cut, MAX_QUOTE_LENGTH } from './quote.ts';

/** The value, or the beginning of its JSON text where that is too long for a report. */
export function clip(value: unknown, length: number): unknown {
  const text = JSON.stringify(value) ?? 'null';
  return text.length > length ? cut(text, length) : value;
}

/** Whether a text looks like one that {@link clip} made: longer than a report quotes, and cut. */
export function isClipped(text: string): boolean {
  return text.length > MAX_QUOTE_LENGTH && text.endsWith('…');
}
