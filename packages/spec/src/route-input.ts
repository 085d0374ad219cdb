import { canonicalJson } from './canonical-json.ts';
import { compareText, type Finding, jsonPointer, type Parsed, sortFindings } from './finding.ts';
import { ID_PATTERNS } from './id.ts';
import { type JsonLimits, JsonReader, ownKeys, readMember, TooLarge, UNREADABLE } from './json.ts';
import {
  BLAST_DIMENSIONS,
  DATA_LABELS,
  type DataLabel,
  ENVS,
  type Env,
  OPAQUE_ID_PATTERN,
  QOS_CLASSES,
  type QosClass,
  TENANT_RISKS,
  type TenantRisk,
} from './schema/common.ts';
import type { RouteInput } from './schema/route-input.ts';
import { escapeText, utf8Length } from './text.ts';

/** The deepest nesting of an input; the input itself is level 1 (section 3). */
export const INPUT_DEPTH = 64;
/** The greatest size of an input, in bytes of its canonical JSON (section 3). */
export const INPUT_SIZE = 1_048_576;

const LIMITS: JsonLimits = { depth: INPUT_DEPTH, size: INPUT_SIZE, refuseProto: true };

/** The codes of step 1. */
export type InputDenyCode = 'DENY_INVALID_INPUT' | 'DENY_MISSING_TENANT_ID' | 'DENY_MISSING_CORRELATION_ID';

/**
 * An input after its one and only reading. Members hold what the input says where that is valid and
 * null where it is not; containers are kept as canonical text, for nobody reads the original again.
 */
export interface RouteInputReading {
  readonly deny_code: InputDenyCode | null;
  readonly findings: readonly Finding[];
  readonly capability_id: string | null;
  readonly env: Env | null;
  readonly data_label: DataLabel | null;
  readonly tenant_risk: TenantRisk | null;
  readonly qos_class: QosClass | null;
  readonly tenant_id: string | null;
  readonly correlation_id: string | null;
  readonly policy_version: string | null;
  readonly blast_score: number;
  readonly blast_radius_sum: number;
  readonly dry_run: boolean;
  /** Canonical JSON of `request`, `{}` where there is none. */
  readonly request_json: string;
  /** Canonical JSON of `privilege_context`, or null. */
  readonly privilege_context_json: string | null;
  /** Canonical JSON of the whole input, as received; written on demand. */
  canonical(): string;
}

/**
 * Reads a RouteInput (section 3). The value may be anything at all; every finding comes at once.
 *
 * @example parseRouteInput({ env: 'moon' }) // { ok: false, findings: [{ path: '/env', … }, …] }
 */
export function parseRouteInput(value: unknown): Parsed<RouteInput> {
  const reading = readRouteInput(value);
  if (reading.deny_code === null) {
    return { ok: true, value: JSON.parse(reading.canonical()) as RouteInput, diagnostics: [] };
  }
  if (reading.findings.length > 0) return { ok: false, findings: reading.findings };
  const path = reading.deny_code === 'DENY_MISSING_TENANT_ID' ? '/tenant_id' : '/correlation_id';
  return { ok: false, findings: [{ path, code: 'INVALID_VALUE', message: 'This must not be blank.' }] };
}

/** Reads a RouteInput for the engine: once, safely, with the code of step 1 where it is refused. */
export function readRouteInput(value: unknown): RouteInputReading {
  const reading = new Reading();
  const names = typeof value === 'object' && value !== null ? ownKeys(value) : null;
  if (names === null || typeof names === 'number') reading.refuse('NOT_AN_OBJECT', 'A RouteInput is a JSON object.');
  else reading.read(value as object, names);
  return reading;
}

const CAPABILITY = new RegExp(ID_PATTERNS.capability);
const OPAQUE = new RegExp(OPAQUE_ID_PATTERN);
const BLANK = /^[ \t\n\r]*$/;

const EXPECTED: Readonly<Record<string, string>> = {
  capability_id: 'a capability id, such as cap.doc.summarize',
  env: `one of ${ENVS.join(', ')}`,
  data_label: `one of ${DATA_LABELS.join(', ')}`,
  tenant_risk: `one of ${TENANT_RISKS.join(', ')}`,
  qos_class: `one of ${QOS_CLASSES.join(', ')}`,
  tenant_id: '1 to 128 characters of A-Z a-z 0-9 . _ : @ / -',
  correlation_id: '1 to 128 characters of A-Z a-z 0-9 . _ : @ / -',
  policy_version: 'a string',
  tenant_credential: 'a string',
  blast_score: 'an integer from 0 to 100',
  dry_run: 'true or false',
  request: 'an object',
  privilege_context: 'an object',
  ext: 'an object',
  blast_radius: `an object of ${BLAST_DIMENSIONS.join(', ')}, each an integer from 0 to 5`,
};
const REQUIRED = [
  'capability_id',
  'env',
  'data_label',
  'tenant_risk',
  'qos_class',
  'tenant_id',
  'correlation_id',
] as const;

class Reading implements RouteInputReading {
  deny_code: InputDenyCode | null = null;
  findings: readonly Finding[] = [];
  capability_id: string | null = null;
  env: Env | null = null;
  data_label: DataLabel | null = null;
  tenant_risk: TenantRisk | null = null;
  qos_class: QosClass | null = null;
  tenant_id: string | null = null;
  correlation_id: string | null = null;
  policy_version: string | null = null;
  blast_score = 0;
  blast_radius_sum = 0;
  dry_run = false;
  request_json = '{}';
  privilege_context_json: string | null = null;

  #names: string[] = [];
  /** What each member was when it was read: a scalar, or a container's canonical text in a box. */
  #contents: unknown[] = [];
  #found: Finding[] = [];
  #json: JsonReader | null = null;
  #size = 0;
  #tooLarge = false;
  #blank: string[] = [];

  read(input: object, names: string[]): void {
    this.#names = names;
    for (const name of names) {
      const value = name === '__proto__' ? UNREADABLE : readMember(input, name);
      this.#size += name.length + 4;
      this.#contents.push(value);
      if (!this.#take(name, value)) this.#inspect(input, name, value);
    }
    this.#conclude(names);
  }

  refuse(code: 'NOT_AN_OBJECT' | 'TOO_LARGE', message: string): void {
    this.deny_code = 'DENY_INVALID_INPUT';
    this.findings = [{ path: '', code, message }];
  }

  canonical(): string {
    const members = this.#names.map((name, index) => [name, this.#contents[index]] as const);
    members.sort(([a], [b]) => compareText(a, b));
    const texts = members.map(([name, content]) => {
      return `${canonicalJson(name)}:${content instanceof Canonical ? content.text : canonicalJson(content)}`;
    });
    return `{${texts.join(',')}}`;
  }

  /** Takes a scalar member that is as it should be; the fast path of every valid input. */
  #take(name: string, value: unknown): boolean {
    if (typeof value === 'string') return this.#takeText(name, value);
    if (name === 'blast_score' && Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 100) {
      this.blast_score = value as number;
      this.#size += 3;
      return true;
    }
    if (name === 'dry_run' && typeof value === 'boolean') {
      this.dry_run = value;
      this.#size += 5;
      return true;
    }
    return false;
  }

  #takeText(name: string, value: string): boolean {
    this.#size += value.length + 2;
    switch (name) {
      case 'capability_id':
        if (value.length > 64 || !CAPABILITY.test(value)) return false;
        this.capability_id = value;
        return true;
      case 'env':
        this.env = member(ENVS, value);
        return this.env !== null;
      case 'data_label':
        this.data_label = member(DATA_LABELS, value);
        return this.data_label !== null;
      case 'tenant_risk':
        this.tenant_risk = member(TENANT_RISKS, value);
        return this.tenant_risk !== null;
      case 'qos_class':
        this.qos_class = member(QOS_CLASSES, value);
        return this.qos_class !== null;
      case 'tenant_id':
        if (!OPAQUE.test(value)) return false;
        this.tenant_id = value;
        return true;
      case 'correlation_id':
        if (!OPAQUE.test(value)) return false;
        this.correlation_id = value;
        return true;
      case 'policy_version':
        if (!value.isWellFormed()) return false;
        this.policy_version = value;
        return true;
      case 'tenant_credential':
        return value.isWellFormed();
      default:
        return false;
    }
  }

  /** Everything that is not a valid scalar: containers, and whatever is wrong. */
  #inspect(input: object, name: string, value: unknown): void {
    if (typeof value === 'string' && BLANK.test(value) && (name === 'tenant_id' || name === 'correlation_id')) {
      this.#blank.push(name);
      return;
    }
    const before = this.#found.length;
    const text = this.#write(input, name, value);
    this.#contents[this.#contents.length - 1] = new Canonical(text);
    const path = jsonPointer([name]);
    if (this.#found.slice(before).some((finding) => finding.path === path)) return;
    const expected = Object.hasOwn(EXPECTED, name) ? EXPECTED[name] : undefined;
    if (expected === undefined) this.#report(path, 'UNKNOWN_MEMBER', `There is no member "${shown(name)}" in a RouteInput.`);
    else if (name === 'blast_radius') this.#takeBlast(path, text, expected);
    else if (!this.#takeContainer(name, text)) this.#report(path, 'INVALID_VALUE', `Expected ${expected}.`);
  }

  /** The canonical text of one member, read with everything that JSON cannot hold. */
  #write(input: object, name: string, value: unknown): string {
    if (this.#tooLarge) return '{}';
    this.#json ??= new JsonReader(LIMITS, [input]);
    const json = this.#json;
    const before = json.findings.length;
    json.path.length = 0;
    json.path.push(name);
    try {
      if (!name.isWellFormed()) json.report('NOT_JSON', 'JSON cannot hold a name with a lone surrogate.');
      const text = value === UNREADABLE ? json.write(undefined) : json.write(value);
      this.#size += text.length;
      this.#found.push(...json.findings.slice(before));
      return text;
    } catch (error) {
      if (!(error instanceof TooLarge)) throw error;
      this.#tooLarge = true;
      return '{}';
    }
  }

  #takeContainer(name: string, text: string): boolean {
    if (!text.startsWith('{')) return false;
    if (name === 'request') this.request_json = text;
    else if (name === 'privilege_context') this.privilege_context_json = text;
    else return name === 'ext';
    return true;
  }

  #takeBlast(path: string, text: string, expected: string): void {
    if (!text.startsWith('{')) return this.#report(path, 'INVALID_VALUE', `Expected ${expected}.`);
    for (const [name, value] of Object.entries(JSON.parse(text) as Record<string, unknown>)) {
      const at = jsonPointer(['blast_radius', name]);
      if (this.#found.some((finding) => finding.path === at)) continue;
      if (!(BLAST_DIMENSIONS as readonly string[]).includes(name)) {
        this.#report(at, 'UNKNOWN_MEMBER', `There is no dimension "${shown(name)}" of a blast radius.`);
      } else if (!Number.isInteger(value) || (value as number) < 0 || (value as number) > 5) {
        this.#report(at, 'INVALID_VALUE', 'Expected an integer from 0 to 5.');
      } else this.blast_radius_sum += value as number;
    }
  }

  #report(path: string, code: Finding['code'], message: string): void {
    this.#found.push({ path, code, message });
  }

  #conclude(names: readonly string[]): void {
    for (const name of REQUIRED) {
      if (this[name] === null && !names.includes(name)) {
        this.#report(`/${name}`, 'MISSING_MEMBER', `The member "${name}" is required: ${EXPECTED[name]}.`);
      }
    }
    if (this.#isTooLarge()) return this.refuse('TOO_LARGE', 'The canonical JSON of an input is at most 1 MiB.');
    if (this.#found.length > 0) {
      for (const name of this.#blank) this.#report(`/${name}`, 'INVALID_VALUE', 'This must not be blank.');
      this.deny_code = 'DENY_INVALID_INPUT';
      this.findings = sortFindings(this.#found);
    } else if (this.#blank.includes('tenant_id')) this.deny_code = 'DENY_MISSING_TENANT_ID';
    else if (this.#blank.length > 0) this.deny_code = 'DENY_MISSING_CORRELATION_ID';
  }

  /** Three bytes are the most that one UTF-16 unit takes, six an escaped one; only a doubtful input is measured. */
  #isTooLarge(): boolean {
    if (this.#tooLarge || this.#size <= INPUT_SIZE / 6) return this.#tooLarge;
    if (this.#found.length > 0) return this.#size > INPUT_SIZE;
    return utf8Length(this.canonical()) > INPUT_SIZE;
  }
}

/** A container that was read: its canonical text stands for it. */
class Canonical {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

function member<T extends string>(members: readonly T[], value: string): T | null {
  return members.includes(value as T) ? (value as T) : null;
}

function shown(name: string): string {
  return escapeText(name.length > 64 ? `${name.slice(0, 64).toWellFormed()}…` : name.toWellFormed());
}
