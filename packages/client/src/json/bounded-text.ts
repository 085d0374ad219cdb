import { FOREIGN_TEXT_LIMITS, type TextLimits, TextScanner } from '@wcp/spec/endpoints';
import { Unreadable } from './utf8-reader.ts';

/**
 * Bounds of an answer, beside its bytes. A Hall accepts a foreign document only within `FOREIGN_TEXT_LIMITS`; a
 * page of a list holds many documents, so it may have ten times as many values, but no greater depth.
 */
export const ANSWER_LIMITS: TextLimits = {
  depth: FOREIGN_TEXT_LIMITS.depth,
  containers: 10 * FOREIGN_TEXT_LIMITS.containers,
  values: 10 * FOREIGN_TEXT_LIMITS.values,
};

/** A text beyond a bound: `message` is a sentence that says which. */
export class LimitExceeded extends Error {}

/** Judges the depth and the number of values of a JSON text while it arrives. */
export class BoundedText {
  readonly #scanner: TextScanner;
  #text = '';

  constructor(limits: TextLimits) {
    this.#scanner = new TextScanner(limits);
  }

  /** @throws {LimitExceeded} at the first part that exceeds a bound */
  add(part: string): void {
    const finding = this.#scanner.read(part);
    if (finding !== null) throw new LimitExceeded(finding.message);
    this.#text += part;
  }

  /** @throws {Unreadable} */
  parse(): unknown {
    try {
      return JSON.parse(this.#text);
    } catch (cause) {
      throw new Unreadable('its text is not JSON', { cause });
    }
  }
}

/**
 * Reads a JSON text that is complete.
 *
 * @throws {LimitExceeded} before anything is built from it
 * @throws {Unreadable}
 */
export function parseBounded(text: string, limits: TextLimits): unknown {
  const bounded = new BoundedText(limits);
  bounded.add(text);
  return bounded.parse();
}
