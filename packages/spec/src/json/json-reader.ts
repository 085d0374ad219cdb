import type { FindingCode, Path } from '../base/finding.ts';
import { utf8Length } from '../base/text.ts';

/** Bounds of one reading. */
export interface JsonLimits {
  /** The most containers inside each other. */
  readonly depth: number;
  /** The most bytes of canonical JSON. */
  readonly size: number;
  /** A key `__proto__` is a member like any other in a text, but no caller needs it in an input. */
  readonly refuseProto: boolean;
}

/** Receives every value that JSON cannot hold; `path` is valid only during the call. */
export interface Refusals {
  refused(path: Path, code: FindingCode, message: string): void;
}

/**
 * Reads any value once, member by member, and writes its RFC 8785 text. The value is an attacker's:
 * getters throw or answer differently the second time, proxies lie, circles have no end. Nothing is
 * read twice and nothing thrown by the value gets out; what JSON cannot hold is refused and written
 * as `null`.
 */
export class JsonReader {
  /** The reader's current place; a caller that reads member by member sets it. */
  readonly path: (string | number)[] = [];
  /** Bytes of canonical JSON read so far. */
  size = 0;
  readonly #ancestors: object[];
  readonly #limits: JsonLimits;
  readonly #refusals: Refusals;

  constructor(limits: JsonLimits, refusals: Refusals, ancestors: object[] = []) {
    this.#limits = limits;
    this.#refusals = refusals;
    this.#ancestors = ancestors;
  }

  /** Whether the limit was exceeded; nothing is read after that. */
  get isTooLarge(): boolean {
    return this.size > this.#limits.size;
  }

  /** The canonical text of `value`. */
  write(value: unknown): string {
    switch (typeof value) {
      case 'string':
        return this.writeString(value) ?? this.refuse('a string with a lone surrogate');
      case 'number':
        return Number.isFinite(value)
          ? this.#count(String(value))
          : this.refuse('a number that is not finite');
      case 'boolean':
        return this.#count(value ? 'true' : 'false');
      case 'object':
        return value === null ? this.#count('null') : this.#writeContainer(value);
      default:
        return this.refuse(
          value === UNREADABLE ? 'a member that cannot be read' : `a value of type ${typeof value}`,
        );
    }
  }

  /** The canonical text of a string, null where it has none: it has a lone surrogate. */
  writeString(text: string): string | null {
    if (text.length > this.#limits.size) return this.#skip(text);
    if (!NOT_PLAIN.test(text)) return this.#count(`"${text}"`);
    if (!text.isWellFormed()) return null;
    const written = JSON.stringify(text);
    this.size += utf8Length(written);
    return written;
  }

  /** Counts a text that is too long without flattening it: an attacker may have joined a billion pieces. */
  #skip(text: string): string {
    this.size += text.length;
    return '';
  }

  /** Refuses the value at the reader's place. */
  refuse(what: string): string {
    return this.#report('NOT_JSON', `JSON cannot hold ${what}.`);
  }

  /** Whether a name has a lone surrogate: the object around it is refused whole. One that is too long is too large. */
  isUnwritable(name: string): boolean {
    return NOT_PLAIN.test(name) && name.length <= this.#limits.size && !name.isWellFormed();
  }

  #report(code: FindingCode, message: string): string {
    this.#refusals.refused(this.path, code, message);
    return this.#count('null');
  }

  #count(text: string): string {
    this.size += text.length;
    return text;
  }

  #writeContainer(container: object): string {
    const ancestors = this.#ancestors;
    if (ancestors.includes(container)) return this.refuse('an object that contains itself');
    if (ancestors.length >= this.#limits.depth) {
      return this.#report('TOO_DEEP', `Nested deeper than ${this.#limits.depth} levels.`);
    }
    const keys = ownKeys(container);
    if (keys === null) return this.refuse('an object of this kind');
    if (typeof keys === 'object' && keys.some((key) => this.isUnwritable(key))) {
      return this.refuse('an object with a name that has a lone surrogate');
    }
    this.size += 2;
    ancestors.push(container);
    const text =
      typeof keys === 'number' ? this.#writeArray(container, keys) : this.#writeObject(container, keys);
    ancestors.pop();
    return text;
  }

  #writeArray(array: object, length: number): string {
    let text = '[';
    for (let index = 0; index < length && !this.isTooLarge; index += 1) {
      if (index > 0) text += this.#count(',');
      this.path.push(index);
      text += this.write(readElement(array, index));
      this.path.pop();
    }
    return `${text}]`;
  }

  #writeObject(object: object, keys: string[]): string {
    let text = '';
    for (const key of sorted(keys)) {
      if (this.isTooLarge) break;
      const name = this.writeString(key);
      this.size += text === '' ? 1 : 2;
      this.path.push(key);
      const value = key === '__proto__' ? this.#writeProto(object) : this.write(readMember(object, key));
      this.path.pop();
      text += text === '' ? `${name}:${value}` : `,${name}:${value}`;
    }
    return `{${text}}`;
  }

  #writeProto(object: object): string {
    if (this.#limits.refuseProto) return this.refuse('a member named __proto__ safely');
    return this.write(readMember(object, '__proto__'));
  }
}

/** A character that JSON escapes or that is longer than one byte. */
const NOT_PLAIN = /[^\x20\x21\x23-\x5b\x5d-\x7e]/;

/** What {@link readMember} returns for a member whose getter or proxy throws. */
const UNREADABLE: unique symbol = Symbol('unreadable');

/** Reads one member, once, whatever its getter does. */
export function readMember(object: object, key: string): unknown {
  try {
    return (object as Record<string, unknown>)[key];
  } catch {
    return UNREADABLE;
  }
}

/** Reads one element of an array; a hole has no value, whatever `Array.prototype` was given. */
function readElement(array: object, index: number): unknown {
  try {
    return Object.hasOwn(array, index) ? (array as unknown[])[index] : undefined;
  } catch {
    return UNREADABLE;
  }
}

const FEW = 12;
const { toString: tagOf } = Object.prototype;

/** The own enumerable names of an object, the length of an array, null for what is neither. */
export function ownKeys(value: object): string[] | number | null {
  try {
    if (!Array.isArray(value)) return tagOf.call(value) === '[object Object]' ? Object.keys(value) : null;
    const { length }: { readonly length: unknown } = value;
    return typeof length === 'number' && length >= 0 ? length : null;
  } catch {
    return null;
  }
}

/** Sorts names by UTF-16 code units, in place; most objects have few, for which `sort` is slow. */
function sorted(keys: string[]): string[] {
  return keys.length > FEW && !areSorted(keys) ? keys.sort() : insertionSorted(keys);
}

function areSorted(keys: readonly string[]): boolean {
  for (let index = 1; index < keys.length; index += 1) {
    if ((keys[index - 1] as string) > (keys[index] as string)) return false;
  }
  return true;
}

function insertionSorted(keys: string[]): string[] {
  for (let index = 1; index < keys.length; index += 1) {
    const key = keys[index] as string;
    let place = index;
    for (; place > 0 && (keys[place - 1] as string) > key; place -= 1)
      keys[place] = keys[place - 1] as string;
    keys[place] = key;
  }
  return keys;
}
