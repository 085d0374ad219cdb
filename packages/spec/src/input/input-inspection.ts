import { type Finding, type FindingCode, FindingList, type Path } from '../base/finding.ts';
import { escapeText } from '../base/text.ts';
import { BLAST_DIMENSIONS } from '../document/table/blast.ts';
import { type JsonLimits, JsonReader, type Refusals } from '../json/json-reader.ts';
import { INPUT_MEMBERS, isIntegerTo, isOneOf } from './input-members.ts';

/** The deepest nesting of an input; the input itself is level 1 (section 3). */
export const INPUT_DEPTH = 64;
/** The greatest size of an input, in bytes of its canonical JSON (section 3). */
export const INPUT_SIZE = 1_048_576;
const LIMITS: JsonLimits = { depth: INPUT_DEPTH, size: INPUT_SIZE, refuseProto: true };

/** Beside a name and its value: a colon, and a comma or the closing brace. */
const PUNCTUATION = 2;
const NOT_BLANK = /[^ \t\n\r]/;

/**
 * Reads the members of one input that are more than a plain valid scalar, and collects what is wrong.
 * A value that JSON cannot hold has one finding and gets no second one (section 13).
 */
export class InputInspection implements Refusals {
  /** Whether JSON cannot hold something in the input, and so not the input. */
  hasRefusals = false;
  /** Whether the input itself is refused, for one of its names. */
  isRefused = false;
  /** The sum of the dimensions of `blast_radius`. */
  blastSum = 0;
  /** The canonical text of each member that was read, by its name. */
  readonly texts: [name: string, text: string][] = [];
  /** The ids that are blank: alone they are a denial of their own. */
  readonly blank: string[] = [];
  readonly #json: JsonReader;
  #found: FindingList | null = null;
  /** What was refused of the current member: all of it, or parts. */
  #refusedMember: string | number | undefined;
  #refusedParts: Set<string | number | undefined> | null = null;

  constructor(input: object) {
    this.#json = new JsonReader(LIMITS, this, [input]);
  }

  /** Bytes of canonical JSON read so far. */
  get size(): number {
    return this.#json.size;
  }

  /** Whether nothing read so far is wrong; a blank id is. */
  get isFlawless(): boolean {
    return this.#found === null && this.blank.length === 0 && !this.isRefused;
  }

  /** Everything that is wrong with the input of these members, in order; nothing for blank ids alone. */
  conclude(names: readonly string[]): readonly Finding[] {
    for (const [name, { required, expected }] of INPUT_MEMBERS) {
      if (!required || names.includes(name)) continue;
      this.report([name], 'MISSING_MEMBER', `The member "${name}" is required: ${expected}.`);
    }
    if (this.#found === null) return [];
    for (const name of this.blank) this.report([name], 'INVALID_VALUE', 'This must not be blank.');
    return this.#found.sorted();
  }

  /** The canonical text of one member's value, in which what is refused is written as `null`. */
  read(name: string, value: unknown): string {
    if (this.#json.isTooLarge) return '';
    const text = this.#write(name, value);
    this.texts.push([name, text]);
    if (!this.#json.isTooLarge && !this.isRefused) this.#check(name, value, text);
    return text;
  }

  /** Records what is wrong with a member, or with a part of the current one, unless it was refused. */
  report(path: Path, code: FindingCode, message: string): void {
    const isRefused = path.length === 1 ? path[0] === this.#refusedMember : this.#refusedParts?.has(path[1]);
    if (isRefused !== true) this.#add(path, code, message);
  }

  refused(path: Path, code: FindingCode, message: string): void {
    this.hasRefusals = true;
    if (path.length === 1) this.#refusedMember = path[0];
    if (path.length === 2) this.#refusedParts = (this.#refusedParts ?? new Set()).add(path[1]);
    this.#add(path, code, message);
  }

  #add(path: Path, code: FindingCode, message: string): void {
    this.#found ??= new FindingList();
    this.#found.add(path, code, message);
  }

  #write(name: string, value: unknown): string {
    const json = this.#json;
    this.#refusedParts = null;
    if (json.writeString(name) === null) return this.#refuseInput();
    json.size += PUNCTUATION;
    json.path.push(name);
    const text = name === '__proto__' ? json.refuse('a member named __proto__ safely') : json.write(value);
    json.path.pop();
    return text;
  }

  /** A name that JSON cannot hold makes the object that holds it, here the input, no JSON (section 13). */
  #refuseInput(): string {
    this.isRefused = true;
    return '';
  }

  #check(name: string, value: unknown, text: string): void {
    const member = INPUT_MEMBERS.get(name);
    if (value === null && member?.mayBeNull === true) return;
    if (member === undefined) {
      this.report([name], 'UNKNOWN_MEMBER', `There is no member "${shown(name)}" in a RouteInput.`);
    } else if (member.mayBeBlank === true && typeof value === 'string' && !NOT_BLANK.test(value)) {
      this.blank.push(name);
    } else if (member.begins === undefined || !text.startsWith(member.begins)) {
      this.report([name], 'INVALID_VALUE', `Expected ${member.expected}.`);
    } else if (name === 'blast_radius') this.#checkBlast(JSON.parse(text));
  }

  #checkBlast(radius: Record<string, unknown>): void {
    for (const [name, value] of Object.entries(radius)) {
      const path = ['blast_radius', name];
      if (!isOneOf(BLAST_DIMENSIONS, name)) {
        this.report(path, 'UNKNOWN_MEMBER', `There is no dimension "${shown(name)}" of a blast radius.`);
      } else if (!isIntegerTo(5, value))
        this.report(path, 'INVALID_VALUE', 'Expected an integer from 0 to 5.');
      else this.blastSum += value;
    }
  }
}

/** As much of an attacker's name as a message needs, safe to show. */
function shown(name: string): string {
  return escapeText(name.length > 64 ? `${name.slice(0, 64).toWellFormed()}…` : name.toWellFormed());
}
