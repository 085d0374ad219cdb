import type { Finding } from '../base/finding.ts';

/** Bounds of a JSON text, judged before anything is built from it. */
export interface TextLimits {
  /** The most containers inside each other. */
  readonly depth: number;
  /** The most objects and lists. */
  readonly containers: number;
  /** The most values of any kind. */
  readonly values: number;
}

/** Bounds of a text that the operator or the caller wrote: what is nested more deeply has no canonical JSON. */
const DEFAULT_TEXT_LIMITS: TextLimits = {
  depth: 10_000,
  containers: Number.POSITIVE_INFINITY,
  values: Number.POSITIVE_INFINITY,
};

/**
 * Bounds of a text that somebody else sent: a request, a worker's answer, a file from another machine. A megabyte
 * of brackets costs a thousand times more to build than to read.
 */
export const FOREIGN_TEXT_LIMITS: TextLimits = { depth: 1_000, containers: 200_000, values: 1_000_000 };

/** What one pass over a text finds. */
export interface TextScan {
  /** The colons outside of strings: a syntactically correct text has one for each member. */
  readonly colons: number;
  /** The most containers inside each other. */
  readonly deepest: number;
  /** Which bound the text exceeds; null where none. Nothing was read after that. */
  readonly finding: Finding | null;
}

const [QUOTE, COLON, COMMA, BACKSLASH] = [0x22, 0x3a, 0x2c, 0x5c];
const [BRACKET, BRACKET_END, BRACE, BRACE_END] = [0x5b, 0x5d, 0x7b, 0x7d];

/** Reads a text of any kind once, character by character, and stops at the first bound that it exceeds. */
export function scanText(text: string, limits: TextLimits = DEFAULT_TEXT_LIMITS): TextScan {
  const scanner = new TextScanner(limits);
  const finding = scanner.read(text);
  return { colons: scanner.colons, deepest: scanner.deepest, finding };
}

/**
 * Judges a JSON text against bounds while it arrives, part by part, so that a sender who exceeds one is stopped
 * there and not at the end. The parts may divide the text anywhere; it need not be JSON.
 *
 * @example
 * import { TextScanner } from '@wcp/spec/endpoints';
 *
 * const scanner = new TextScanner({ depth: 2, containers: 10, values: 100 });
 * scanner.read('{"a": ["[['); // null
 * scanner.read('[", [1'); // { path: '', code: 'TOO_DEEP', … }
 */
export class TextScanner {
  /** The colons outside of strings so far. */
  colons = 0;
  /** The most containers inside each other so far. */
  deepest = 0;
  readonly #limits: TextLimits;
  #isInString = false;
  /** 1 where a part ended in the backslash of an escape: the next character is part of it. */
  #skip = 0;
  #depth = 0;
  #containers = 0;
  #commas = 0;

  constructor(limits: TextLimits) {
    this.#limits = limits;
  }

  /** Reads the next part; the bound that the text now exceeds, or null. Nothing is to be read after that. */
  read(text: string): Finding | null {
    let at = this.#skip;
    let [isInString, finding]: [boolean, Finding | null] = [this.#isInString, null];
    for (; at < text.length && finding === null; at += 1) {
      const character = text.charCodeAt(at);
      if (character === QUOTE) isInString = !isInString;
      else if (!isInString) finding = this.#take(character);
      else if (character === BACKSLASH) at += 1;
    }
    this.#isInString = isInString;
    this.#skip = at - text.length;
    return finding;
  }

  /** Counts a character outside of strings. */
  #take(character: number): Finding | null {
    if (character === COLON) this.colons += 1;
    else if (character === BRACKET_END || character === BRACE_END) this.#depth -= 1;
    else if (character === COMMA) this.#commas += 1;
    else if (character === BRACKET || character === BRACE) {
      this.#containers += 1;
      this.#depth += 1;
      this.deepest = Math.max(this.deepest, this.#depth);
    } else return null;
    // A text has no more values than one, one for each comma and one for each container.
    return exceeded(this.#limits, this.deepest, this.#containers, 1 + this.#commas + this.#containers);
  }
}

function exceeded(limits: TextLimits, depth: number, containers: number, values: number): Finding | null {
  if (depth > limits.depth) return atRoot('TOO_DEEP', `Nested deeper than ${limits.depth} levels.`);
  if (containers > limits.containers)
    return atRoot('TOO_LARGE', `It holds more than ${limits.containers} objects and lists.`);
  return values > limits.values ? atRoot('TOO_LARGE', `It holds more than ${limits.values} values.`) : null;
}

const atRoot = (code: Finding['code'], message: string): Finding => ({ path: '', code, message });

/**
 * The bound that a text exceeds, found in one pass and before anything is built from it; null where it exceeds
 * none. The text need not be JSON.
 *
 * @example
 * import { exceededLimit, FOREIGN_TEXT_LIMITS } from '@wcp/spec/json';
 *
 * exceededLimit('['.repeat(8_000_000), FOREIGN_TEXT_LIMITS); // { path: '', code: 'TOO_DEEP', … }
 */
export function exceededLimit(text: string, limits: TextLimits): Finding | null {
  return scanText(text, limits).finding;
}

/**
 * How many containers of a syntactically correct JSON text are inside each other at most; for a text of
 * any length.
 *
 * @example
 * import { nestingOf } from '@wcp/spec/json';
 *
 * nestingOf('{"a":["[[["]}'); // 2
 */
export function nestingOf(text: string): number {
  return scanText(text, UNBOUNDED).deepest;
}

const UNBOUNDED: TextLimits = { ...DEFAULT_TEXT_LIMITS, depth: Number.POSITIVE_INFINITY };
