import { utf8Length } from '@wcp/spec/json';

/** A part is chunked and hashed in one request, and with its vectors registered in one, as a rule. */
const MAX_PART_BYTES = 590_000;

/** Where a part may end, the best place first. */
const BORDERS = ['\n\n', '\n', ' '];

/**
 * Cuts a text into parts that fit into the requests of the pipeline: between paragraphs where there are any
 * in the second half of a part, else between lines, words or characters. Most texts are one part.
 */
export function partsOf(text: string): string[] {
  const parts: string[] = [];
  let start = 0;
  while (start < text.length) {
    const end = partEnd(text, start);
    parts.push(text.slice(start, end));
    start = end;
  }
  return parts;
}

function partEnd(text: string, start: number): number {
  const furthest = furthestEnd(text, start);
  if (furthest === text.length) return furthest;
  const half = text.slice(start + ((furthest - start) >> 1), furthest);
  for (const border of BORDERS) {
    const at = half.lastIndexOf(border);
    if (at >= 0) return furthest - half.length + at + border.length;
  }
  return isPair(text, furthest) ? furthest - 1 : furthest;
}

/** The greatest end of a part whose JSON is short enough; a code unit takes at least one byte of it. */
function furthestEnd(text: string, start: number): number {
  let end = Math.min(text.length, start + MAX_PART_BYTES);
  for (;;) {
    const bytes = utf8Length(JSON.stringify(text.slice(start, end)));
    if (bytes <= MAX_PART_BYTES + 2) return end;
    end = start + Math.max(2, Math.floor(((end - start) * MAX_PART_BYTES) / bytes));
  }
}

/** Whether a place is inside a character of two code units. */
function isPair(text: string, at: number): boolean {
  return /^[\ud800-\udbff][\udc00-\udfff]$/.test(text.slice(at - 1, at + 1));
}
