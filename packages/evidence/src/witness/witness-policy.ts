import { readVerifierKey } from '../log/checkpoint.ts';
import { readWitnessKey, type WitnessKey } from './cosignature.ts';
import { policyLines } from './policy-json.ts';

/** Which checkpoints count as witnessed (C2SP tlog-policy). */
export interface WitnessPolicy {
  /** The logs that it is about, by their keys; empty where it is about any. */
  readonly logs: readonly { readonly origin: string; readonly publicKey: string }[];
  readonly witnesses: readonly WitnessKey[];
  readonly quorum: Quorum;
}

/** Who must have cosigned: a witness by its place in `witnesses`, or at least `threshold` of several. */
export type Quorum =
  | { readonly witness: number }
  | { readonly threshold: number; readonly members: readonly Quorum[] };

/** A policy, or everything that is wrong with it. */
export type PolicyReading =
  | { readonly ok: true; readonly policy: WitnessPolicy }
  | { readonly ok: false; readonly findings: readonly PolicyFinding[] };

/** Something wrong with a policy. */
export interface PolicyFinding {
  /** From 1; 0 for the policy as a whole. */
  readonly line: number;
  readonly message: string;
}

const MAX_LENGTH = 262_144;
const MAX_LINES = 1_000;
/** No witness at all: every checkpoint counts. */
const NONE: Quorum = { threshold: 0, members: [] };

/**
 * Reads a witness policy: the lines of a C2SP tlog-policy, such as `witness w1 <key>`, `group two 2 w1 w2 w3` and
 * `quorum two`; or the JSON `{"witnesses": [<key>, …], "quorum": 2}`, which says the same of one group. Takes any
 * value and never throws.
 *
 * @example
 * ```ts
 * import { generateSigningKey } from '@wcp/evidence';
 * import { parseWitnessPolicy, writeWitnessKey } from '@wcp/evidence/witness';
 *
 * const key = writeWitnessKey({ name: 'witness.example/w1', publicKey: generateSigningKey().publicKey });
 * const reading = parseWitnessPolicy(`witness w1 ${key}\nquorum w1\n`);
 * console.log(reading.ok && reading.policy.witnesses.length); // 1
 * ```
 */
export function parseWitnessPolicy(text: unknown): PolicyReading {
  if (typeof text !== 'string' || text.length > MAX_LENGTH) return refuse('A witness policy is a text.');
  if (/[\x00-\x08\x0b-\x1f\x7f]/.test(text)) {
    return refuse('A policy has no control characters but tab and line feed.');
  }
  const lines = (text.trimStart().startsWith('{') ? policyLines(text) : text)?.split('\n');
  if (lines === undefined)
    return refuse('A policy in JSON is {"witnesses": [<key>, …], "quorum": <number>}.');
  if (lines.length > MAX_LINES) return refuse(`A policy has at most ${MAX_LINES} lines.`);
  const reader = new PolicyReader();
  for (const [index, line] of lines.entries()) reader.read(line, index + 1);
  return reader.end();
}

function refuse(message: string): PolicyReading {
  return { ok: false, findings: [{ line: 0, message }] };
}

type Words = readonly string[];

/** Reads a policy line by line: what a line refers to stands above it. */
class PolicyReader {
  readonly #logs: { origin: string; publicKey: string }[] = [];
  readonly #witnesses: WitnessKey[] = [];
  readonly #named = new Map<string, Quorum>();
  /** Each name counts in one group alone, so that no witness counts twice. */
  readonly #members = new Set<string>();
  readonly #findings: PolicyFinding[] = [];
  #quorum: Quorum | null = null;
  #quorums = 0;
  #line = 0;

  readonly #keywords: Readonly<Record<string, (words: Words) => void>> = {
    log: (words) => this.#addLog(words),
    witness: (words) => this.#addWitness(words),
    group: (words) => this.#addGroup(words),
    quorum: (words) => this.#setQuorum(words),
  };

  read(text: string, line: number): void {
    this.#line = line;
    const [keyword, ...words] = text.split(/[ \t]+/).filter((word) => word !== '');
    if (keyword === undefined || keyword.startsWith('#')) return;
    const add = Object.hasOwn(this.#keywords, keyword) ? this.#keywords[keyword] : undefined;
    if (add === undefined) this.#fail('A line begins with log, witness, group or quorum.');
    else add(words);
  }

  end(): PolicyReading {
    this.#line = 0;
    if (this.#quorums !== 1) this.#fail('A policy has exactly one quorum line.');
    if (this.#findings.length > 0 || this.#quorum === null) return { ok: false, findings: this.#findings };
    const policy = { logs: this.#logs, witnesses: this.#witnesses, quorum: this.#quorum };
    return { ok: true, policy };
  }

  #addLog(words: Words): void {
    const key =
      words.length === 1 || words.length === 2 ? attempt(() => readVerifierKey(words[0] ?? '')) : null;
    if (key === null) {
      this.#fail('A log is: log <verifier key> [<url>].');
      return;
    }
    if (this.#logs.some(({ publicKey }) => publicKey === key.publicKey))
      this.#fail('This log is listed twice.');
    this.#logs.push(key);
  }

  #addWitness([name = '', text = '', ...rest]: Words): void {
    const key = rest.length <= 1 ? attempt(() => readWitnessKey(text)) : null;
    if (key === null) {
      this.#fail('A witness is: witness <name> <key of type 0x04> [<url>].');
      return;
    }
    if (this.#witnesses.some(({ publicKey }) => publicKey === key.publicKey)) {
      this.#fail('This witness has the key of another one.');
    }
    this.#witnesses.push(key);
    this.#name(name, { witness: this.#witnesses.length - 1 });
  }

  #addGroup([name = '', rule = '', ...names]: Words): void {
    const members = names.map((each) => this.#member(each));
    const threshold = thresholdOf(rule, names.length);
    if (threshold < 1 || threshold > names.length) {
      this.#fail('A group is: group <name> <any, all or a number of its members> <member>…');
      return;
    }
    this.#name(name, { threshold, members });
  }

  #setQuorum([name = '', ...rest]: Words): void {
    this.#quorums += 1;
    const quorum = name === 'none' ? NONE : this.#named.get(name);
    if (quorum === undefined || rest.length > 0)
      this.#fail('A quorum is: quorum <a name from above, or none>.');
    else this.#quorum = quorum;
  }

  #member(name: string): Quorum {
    const known = this.#named.get(name);
    if (known === undefined) this.#fail('A member of a group is the name of a witness or group above it.');
    if (this.#members.has(name)) this.#fail('A name is a member of one group, and once.');
    this.#members.add(name);
    return known ?? NONE;
  }

  #name(name: string, quorum: Quorum): void {
    if (name === 'none' || this.#named.has(name)) this.#fail('This name is taken.');
    this.#named.set(name, quorum);
  }

  #fail(message: string): void {
    this.#findings.push({ line: this.#line, message });
  }
}

/** 0 for a rule that is none. */
function thresholdOf(rule: string, members: number): number {
  if (rule === 'any') return 1;
  if (rule === 'all') return members;
  return /^[0-9]{1,4}$/.test(rule) ? Number(rule) : 0;
}

function attempt<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}

/** Whether enough has cosigned: the places in `witnesses` of those whose cosignature is good. */
export function isQuorum(quorum: Quorum, cosigned: ReadonlySet<number>): boolean {
  if ('witness' in quorum) return cosigned.has(quorum.witness);
  return quorum.members.filter((member) => isQuorum(member, cosigned)).length >= quorum.threshold;
}
