import { type Finding, type FindingCode, FindingList, type Path } from './finding.ts';
import { type JsonLimits, JsonReader, type Refusals, TooLarge } from './json.ts';

/** The deepest nesting of an input; the input itself is level 1 (section 3). */
export const INPUT_DEPTH = 64;
/** The greatest size of an input, in bytes of its canonical JSON (section 3). */
export const INPUT_SIZE = 1_048_576;

const LIMITS: JsonLimits = { depth: INPUT_DEPTH, size: INPUT_SIZE, refuseProto: true };

/**
 * Writes members of one input as canonical JSON and collects what is wrong with them. A value that
 * JSON cannot hold has one finding and gets no second one (section 13).
 */
export class InputInspection implements Refusals {
  /** Something in the input has no JSON, so neither has the input. */
  hasRefusals = false;
  /** More than the limit was met; nothing is written any more. */
  isTooLarge = false;
  readonly #json: JsonReader;
  #found: FindingList | null = null;
  /** The refused values to which a further finding could point: a member, and parts of its own. */
  #refusedMember: string | number | undefined;
  #refusedParts: unknown[] = [];

  constructor(input: object) {
    this.#json = new JsonReader(LIMITS, this, [input]);
  }

  /** Bytes of canonical JSON that were written. */
  get size(): number {
    return this.#json.size;
  }

  /** Everything that is wrong, in order; null where nothing is. */
  get findings(): readonly Finding[] | null {
    return this.#found === null ? null : this.#found.sorted();
  }

  /** The canonical text of a member's value; empty once the input is too large. */
  write(name: string, value: unknown): string {
    if (this.isTooLarge) return '';
    try {
      return this.#write(name, value);
    } catch (error) {
      if (!(error instanceof TooLarge)) throw error;
      this.isTooLarge = true;
      return '';
    }
  }

  #write(name: string, value: unknown): string {
    const json = this.#json;
    json.path.length = 0;
    if (!name.isWellFormed()) return json.refuseName();
    json.writeString(name);
    json.path.push(name);
    return name === '__proto__' ? json.refuse('a member named __proto__ safely') : json.write(value);
  }

  refused(path: Path, code: FindingCode, message: string): void {
    this.hasRefusals = true;
    if (path.length === 1) this.#refusedMember = path[0];
    if (path.length === 2 && path[0] === 'blast_radius') this.#refusedParts.push(path[1]);
    this.#add(path, code, message);
  }

  /** Records what is wrong with a value, unless it was refused. */
  report(path: Path, code: FindingCode, message: string): void {
    const isRefused = path.length === 1 ? path[0] === this.#refusedMember : this.#refusedParts.includes(path[1]);
    if (!isRefused) this.#add(path, code, message);
  }

  #add(path: Path, code: FindingCode, message: string): void {
    this.#found ??= new FindingList();
    this.#found.add(path, code, message);
  }
}
