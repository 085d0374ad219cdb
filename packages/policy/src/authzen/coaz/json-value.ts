import { Optional } from '@marcbachmann/cel-js';
import { UnsignedInt } from '@marcbachmann/cel-js/evaluator';
import { MappingError } from './tool-call.ts';

/** What an expression gives whose field is left out of the request. */
export const ABSENT = Symbol('absent');

const MAX_VALUES = 10_000;
const MAX_LENGTH = 1_048_576;
const MAX_DEPTH = 32;

/**
 * Copies what expressions gave into JSON, within bounds: one expression may name the same large argument many times.
 */
export class JsonValues {
  #values = 0;
  #length = 0;

  /** @throws {MappingError} for what JSON does not have, and where everything together is too much */
  of(value: unknown): unknown {
    if (value instanceof Optional) return value.hasValue() ? this.#copy(value.value(), 0) : ABSENT;
    return this.#copy(value, 0);
  }

  #copy(value: unknown, depth: number): unknown {
    this.#values += 1;
    if (this.#values > MAX_VALUES || depth > MAX_DEPTH) throw tooLarge();
    if (typeof value === 'string') return this.#text(value);
    if (typeof value === 'boolean' || value === null) return value;
    if (typeof value === 'number' || typeof value === 'bigint') return numberOf(value);
    if (value instanceof UnsignedInt) return numberOf(value.valueOf());
    if (Array.isArray(value)) return value.map((each) => this.#copy(each, depth + 1));
    const entries = entriesOf(value);
    return Object.fromEntries(
      entries.map(([name, each]) => [this.#text(name), this.#copy(each, depth + 1)] as const),
    );
  }

  #text(text: string): string {
    this.#length += text.length;
    if (this.#length > MAX_LENGTH) throw tooLarge();
    return text;
  }
}

function entriesOf(value: unknown): [string, unknown][] {
  if (value instanceof Map) {
    const entries = [...(value as ReadonlyMap<unknown, unknown>)];
    if (entries.every((entry): entry is [string, unknown] => typeof entry[0] === 'string')) return entries;
  }
  if (Object.prototype.toString.call(value) === '[object Object]' && !(value instanceof Map)) {
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === null || prototype === Object.prototype) return Object.entries(value as object);
  }
  throw new MappingError('an expression gave what JSON does not have');
}

function numberOf(value: number | bigint): number {
  const number = Number(value);
  const isExact = typeof value === 'bigint' ? Number.isSafeInteger(number) : Number.isFinite(number);
  if (!isExact) throw new MappingError('an expression gave a number that JSON cannot hold');
  return number;
}

function tooLarge(): MappingError {
  return new MappingError('what the expressions give is too large');
}
