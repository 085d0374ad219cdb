import type { FailedCase } from './run-cases.ts';

const MAX_SHOWN_LENGTH = 70;

/** One change to one source. */
export interface Mutant {
  readonly target: string;
  /** From the folder of the repository. */
  readonly path: string;
  readonly line: number;
  readonly column: number;
  /** The line as it is written. */
  readonly original: string;
  readonly operator: string;
  /** What becomes of what. */
  readonly change: string;
  /** Offsets into the code of the source, in UTF-16 code units. */
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
  /** Why it is not run; null where it is. */
  readonly excluded: string | null;
}

/** What became of a mutant. */
export interface Trial {
  /** The case that caught it, or null for a survivor. */
  readonly caught: FailedCase | null;
  /** How many cases could reach it. */
  readonly asked: number;
}

/** A mutant with what became of it. */
export interface TriedMutant extends Mutant, Trial {}

/** The code of a source with one change made. */
export function mutate(code: string, { start, end, replacement }: Mutant): string {
  return code.slice(0, start) + replacement + code.slice(end);
}

/** What names a mutant, and outlives changes elsewhere in its file: the file, the line, the operator, the change. */
export function keyOf({ path, original, operator, change }: Mutant): string {
  return [path, original, operator, change].join(' | ');
}

/** What names a mutant among all those of unchanged sources. */
export function placeKeyOf({ path, start, end, replacement }: Mutant): string {
  return JSON.stringify([path, start, end, replacement]);
}

/** Code on one line, cut where it is long. */
export function shorten(code: string): string {
  const line = code.replace(/\s+/g, ' ').trim();
  return line.length > MAX_SHOWN_LENGTH ? `${line.slice(0, MAX_SHOWN_LENGTH)}…` : line;
}
