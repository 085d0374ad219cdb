import { canonicalJson } from '@wcp/spec/json';

/** The members of an object as texts, sorted by UTF-16 code units as in canonical JSON (RFC 8785). */
export class MemberTexts {
  readonly #names: string[];
  readonly #texts: string[];

  constructor(members: object) {
    const values = members as Readonly<Record<string, unknown>>;
    this.#names = Object.keys(values).sort();
    this.#texts = this.#names.map((name) => memberText(name, values[name]));
  }

  /** Adds a member whose name the object does not have yet. */
  insert(name: string, value: string): void {
    const after = this.#names.findIndex((other) => other > name);
    const place = after < 0 ? this.#names.length : after;
    this.#names.splice(place, 0, name);
    this.#texts.splice(place, 0, memberText(name, value));
  }

  /** The canonical JSON of the object. */
  text(): string {
    return `{${this.#texts.join(',')}}`;
  }

  /** The canonical JSON of the object without some members. */
  textWithout(names: readonly string[]): string {
    return `{${this.#texts.filter((_, at) => !names.includes(this.#names[at] as string)).join(',')}}`;
  }
}

/** Text that JSON writes without an escape. */
const UNESCAPED = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;

/** A member as canonical JSON writes it; the common values without the cost of a reader. */
function memberText(name: string, value: unknown): string {
  if (UNESCAPED.test(name)) {
    if (value === null || Number.isSafeInteger(value)) return `"${name}":${value}`;
    if (typeof value === 'string' && UNESCAPED.test(value)) return `"${name}":"${value}"`;
  }
  return canonicalJson({ [name]: value }).slice(1, -1);
}
