import { WcpError } from '../base/error.ts';
import { compareText, type Finding } from '../base/finding.ts';
import { OPAQUE_ID_PATTERN } from '../document/schema/common.ts';
import {
  DATA_LABELS,
  type DataLabel,
  ENVS,
  type Env,
  QOS_CLASSES,
  type QosClass,
  TENANT_RISKS,
  type TenantRisk,
} from '../document/table/classification.ts';
import { isId } from '../id/id.ts';
import { canonicalJson } from '../json/canonical-json.ts';
import { ownKeys, readMember } from '../json/json-reader.ts';
import { INPUT_SIZE, InputInspection } from './input-inspection.ts';
import { isIntegerTo, isOneOf } from './input-members.ts';

/** The codes of step 1. */
export type InputDenyCode = 'DENY_INVALID_INPUT' | 'DENY_MISSING_TENANT_ID' | 'DENY_MISSING_CORRELATION_ID';

interface InputText {
  /**
   * Canonical JSON of the whole input, as received; written on demand.
   *
   * @throws {WcpError} `ERR_WCP_CANONICAL_JSON` where the input has none or is beyond the limits
   */
  canonical(): string;
}

/** An input that passed step 1; containers are kept as canonical text, and the original is not read again. */
export interface AcceptedInput extends InputText {
  readonly deny_code: null;
  readonly findings: readonly Finding[];
  readonly capability_id: string;
  readonly env: Env;
  readonly data_label: DataLabel;
  readonly tenant_risk: TenantRisk;
  readonly qos_class: QosClass;
  readonly tenant_id: string;
  readonly correlation_id: string;
  readonly policy_version: string | null;
  readonly blast_score: number;
  /** The sum of the dimensions that `blast_radius` has; 0 without it. */
  readonly blast_radius_sum: number;
  readonly dry_run: boolean;
  /** Canonical JSON of `request`, `{}` without one. */
  readonly request_json: string;
  /** Canonical JSON of `privilege_context`, or null. */
  readonly privilege_context_json: string | null;
}

type Echoed =
  | 'capability_id'
  | 'env'
  | 'data_label'
  | 'tenant_risk'
  | 'qos_class'
  | 'tenant_id'
  | 'correlation_id';

/** An input that step 1 refuses: what is echoed holds what the input says where that is valid, else null. */
export type RefusedInput = Omit<AcceptedInput, 'deny_code' | Echoed> & {
  readonly deny_code: InputDenyCode;
} & { readonly [Name in Echoed]: AcceptedInput[Name] | null };

/** An input after its one and only reading: accepted where `deny_code` is null. */
export type RouteInputReading = AcceptedInput | RefusedInput;

/**
 * Reads a RouteInput for the engine: once, safely, with the code of step 1 where it is refused.
 *
 * @example
 * import { readRouteInput } from '@wcp/spec/input';
 *
 * const reading = readRouteInput({ env: 'moon' });
 * if (reading.deny_code !== null) console.log(reading.findings);
 */
export function readRouteInput(value: unknown): RouteInputReading {
  const names = typeof value === 'object' && value !== null ? ownKeys(value) : null;
  const reading = new Reading();
  if (Array.isArray(names)) reading.read(value as object, names);
  else reading.refuse('NOT_AN_OBJECT', 'A RouteInput is a JSON object.');
  return reading as RouteInputReading;
}

const OPAQUE = new RegExp(OPAQUE_ID_PATTERN);
const MAX_OPAQUE_LENGTH = 128;
const NO_FINDINGS: readonly Finding[] = [];
/** Beside a name and its value: the quotes of the name, a colon, and a comma or the closing brace. */
const PUNCTUATION = 4;
const QUOTES = 2;

/** A reading under way; `#isFlawless` holds that one without a deny code has every member. */
class Reading implements InputText {
  deny_code: InputDenyCode | null = null;
  findings = NO_FINDINGS;
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

  #names: readonly string[] = [];
  /** Bytes of canonical JSON beside those that the inspection counts; the first is the opening brace. */
  #size = 1;
  #hasText = true;
  #inspection: InputInspection | null = null;

  /** Reads an object with these names, each member once. */
  read(input: object, names: readonly string[]): void {
    this.#names = names;
    for (const name of names) {
      const value = readMember(input, name);
      if (!this.#take(name, value)) this.#inspect(input, name, value);
    }
    if (!this.#isFlawless()) this.#conclude(this.#inspection ?? new InputInspection(input));
  }

  /** Refuses the input as a whole, with one finding. */
  refuse(code: 'NOT_AN_OBJECT' | 'NOT_JSON' | 'TOO_LARGE', message: string): void {
    this.deny_code = 'DENY_INVALID_INPUT';
    this.findings = [{ path: '', code, message }];
    this.#hasText = false;
  }

  canonical(): string {
    if (!this.#hasText) throw new WcpError('ERR_WCP_CANONICAL_JSON', 'The input has no canonical JSON.');
    const texts = new Map(this.#inspection?.texts);
    const textOf = (name: string): string => texts.get(name) ?? canonicalJson(this[name as keyof this]);
    const members = this.#names.toSorted(compareText).map((name) => `${canonicalJson(name)}:${textOf(name)}`);
    return `{${members.join(',')}}`;
  }

  /** Accepts a scalar that is valid, as most members are. */
  #take(name: string, value: unknown): boolean {
    if (typeof value === 'string') {
      if (!this.#takeText(name, value)) return false;
      this.#size += name.length + value.length + PUNCTUATION + QUOTES;
      return true;
    }
    if (name === 'dry_run' && typeof value === 'boolean') this.dry_run = value;
    else if (name === 'blast_score' && isIntegerTo(100, value)) this.blast_score = Math.abs(value);
    else return false;
    this.#size += name.length + String(value).length + PUNCTUATION;
    return true;
  }

  #takeText(name: string, text: string): boolean {
    switch (name) {
      case 'capability_id':
        if (isId(text, 'capability')) this.capability_id = text;
        return this.capability_id !== null;
      case 'env':
        if (isOneOf(ENVS, text)) this.env = text;
        return this.env !== null;
      case 'data_label':
        if (isOneOf(DATA_LABELS, text)) this.data_label = text;
        return this.data_label !== null;
      case 'tenant_risk':
        if (isOneOf(TENANT_RISKS, text)) this.tenant_risk = text;
        return this.tenant_risk !== null;
      case 'qos_class':
        if (isOneOf(QOS_CLASSES, text)) this.qos_class = text;
        return this.qos_class !== null;
      case 'tenant_id':
        if (isOpaqueId(text)) this.tenant_id = text;
        return this.tenant_id !== null;
      case 'correlation_id':
        if (isOpaqueId(text)) this.correlation_id = text;
        return this.correlation_id !== null;
      default:
        return false;
    }
  }

  /** Reads what was not accepted at once: a container, a text of any content, or something wrong. */
  #inspect(input: object, name: string, value: unknown): void {
    this.#inspection ??= new InputInspection(input);
    const text = this.#inspection.read(name, value);
    if (text.startsWith('{')) this.#keepObject(name, text, this.#inspection.blastSum);
    else if (name === 'policy_version' && text.startsWith('"')) this.policy_version = value as string;
  }

  #keepObject(name: string, text: string, blastSum: number): void {
    if (name === 'request') this.request_json = text;
    else if (name === 'privilege_context') this.privilege_context_json = text;
    else if (name === 'blast_radius') this.blast_radius_sum = blastSum;
  }

  #isFlawless(): boolean {
    return (
      this.capability_id !== null &&
      this.env !== null &&
      this.data_label !== null &&
      this.tenant_risk !== null &&
      this.qos_class !== null &&
      this.tenant_id !== null &&
      this.correlation_id !== null &&
      (this.#inspection === null || (this.#inspection.isFlawless && !this.#isTooLarge(this.#inspection)))
    );
  }

  #conclude(inspection: InputInspection): void {
    if (this.#names.some(isUnwritable)) {
      this.refuse('NOT_JSON', 'JSON cannot hold a name with a lone surrogate.');
      return;
    }
    const findings = inspection.conclude(this.#names);
    this.#hasText = !inspection.hasRefusals;
    if (this.#isTooLarge(inspection)) {
      this.refuse('TOO_LARGE', 'The canonical JSON of an input is at most 1 MiB.');
    } else if (findings.length > 0) {
      this.deny_code = 'DENY_INVALID_INPUT';
      this.findings = findings;
    } else {
      const isTenant = inspection.blank.includes('tenant_id');
      this.deny_code = isTenant ? 'DENY_MISSING_TENANT_ID' : 'DENY_MISSING_CORRELATION_ID';
    }
  }

  #isTooLarge(inspection: InputInspection): boolean {
    return inspection.size + this.#size > INPUT_SIZE;
  }
}

/** A name of more than the whole input is too large, whatever it contains. */
function isUnwritable(name: string): boolean {
  return name.length <= INPUT_SIZE && !name.isWellFormed();
}

/** The length first: a pattern would flatten a text that an attacker concatenated from a billion pieces. */
function isOpaqueId(text: string): boolean {
  return text.length <= MAX_OPAQUE_LENGTH && OPAQUE.test(text);
}
