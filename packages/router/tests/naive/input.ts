// Section 3 and "Findings of an input" of section 13.
import { ENVS, isBlank, isIdOf, isOpaqueId, LABELS, QOS, RISKS } from './ids.ts';
import {
  type Check,
  canonical,
  isBoolean,
  isInteger,
  isObject,
  isText,
  type Obj,
  oneOf,
  orNull,
  own,
} from './json.ts';

interface Finding {
  readonly path: string;
  readonly code: string;
  readonly message: string;
}

export interface RouteInput {
  readonly capability_id: string;
  readonly env: string;
  readonly data_label: string;
  readonly tenant_risk: string;
  readonly qos_class: string;
  readonly tenant_id: string;
  readonly correlation_id: string;
  readonly request?: Obj;
  readonly policy_version?: string | null;
  readonly blast_score?: number | null;
  readonly blast_radius?: Readonly<Record<string, number>> | null;
  readonly dry_run?: boolean;
}

const MAX_DEPTH = 64;
const MAX_BYTES = 1024 * 1024;
const MAX_PATH = 1024;
const MAX_FINDINGS = 100;

const DIMENSIONS = ['data', 'network', 'financial', 'time', 'reversibility'];

/** The members whose value a decision repeats. */
export const ECHOED: Record<string, Check> = {
  correlation_id: isOpaqueId,
  tenant_id: isOpaqueId,
  capability_id: isIdOf('capability'),
  env: oneOf(ENVS),
  data_label: oneOf(LABELS),
  tenant_risk: oneOf(RISKS),
  qos_class: oneOf(QOS),
};

const OPTIONAL: Record<string, Check> = {
  request: isObject,
  policy_version: orNull(isText),
  blast_score: orNull(isInteger(0, 100)),
  blast_radius: orNull(isObject),
  privilege_context: orNull(isObject),
  tenant_credential: orNull(isText),
  dry_run: isBoolean,
  ext: orNull(isObject),
};

/** A finding before its path is cut and sorted. */
interface Found {
  readonly at: readonly string[];
  readonly code: string;
}

/** Everything that is wrong with an input but a blank tenant or correlation alone. */
export function inputFindings(input: unknown): Finding[] {
  if (!isObject(input)) return [{ path: '', code: 'NOT_AN_OBJECT', message: '' }];
  const walked: Found[] = [];
  walk(input, [], 1, walked);
  if (walked.some(({ at }) => at.length === 0)) return [{ path: '', code: 'NOT_JSON', message: '' }];
  if (isTooLarge(walked.length > 0 ? withoutOffending(input, 1) : input)) {
    return [{ path: '', code: 'TOO_LARGE', message: '' }];
  }
  const offending = new Set(walked.map(({ at }) => pointer(at)));
  const formal = formFindings(input).filter(({ at }) => !offending.has(pointer(at)));
  const found = [...walked, ...formal];
  const all = found.length > 0 ? [...found, ...blankFindings(input)] : [];
  return all
    .map(({ at, code }) => ({ path: pointer(fitting(at)), code, message: '' }))
    .sort(byPathThenCode)
    .filter((each, index, sorted) => byPathThenCode(each, sorted[index - 1] ?? { ...each, path: '\0' }) !== 0)
    .slice(0, MAX_FINDINGS);
}

function walk(value: unknown, at: readonly string[], depth: number, found: Found[]): void {
  if (isOffendingLeaf(value)) {
    found.push({ at, code: 'NOT_JSON' });
  } else if (isContainer(value) && depth > MAX_DEPTH) {
    found.push({ at, code: 'TOO_DEEP' });
  } else if (hasNameWithoutText(value)) {
    // Such a name stands in no path: the object around it is what is named, and nothing inside it is looked at.
    found.push({ at, code: 'NOT_JSON' });
  } else if (isContainer(value)) {
    for (const key of Object.keys(value)) {
      if (key === '__proto__') found.push({ at: [...at, key], code: 'NOT_JSON' });
      else walk((value as Obj)[key], [...at, key], depth + 1, found);
    }
  }
}

const isContainer = (value: unknown): value is object => typeof value === 'object' && value !== null;

const hasNameWithoutText = (value: unknown): boolean => isObject(value) && !Object.keys(value).every(isText);

const isOffendingKey = (key: string): boolean => key === '__proto__';

const isOffendingLeaf = (value: unknown): boolean =>
  (typeof value === 'string' && !isText(value)) ||
  (typeof value === 'number' && !Number.isFinite(value)) ||
  ['undefined', 'function', 'symbol', 'bigint'].includes(typeof value);

/** What the walk counts: a copy without the values that it stopped at. */
function withoutOffending(value: unknown, depth: number): unknown {
  const stays = (child: unknown): boolean =>
    !isOffendingLeaf(child) && !hasNameWithoutText(child) && !(isContainer(child) && depth + 1 > MAX_DEPTH);
  if (Array.isArray(value)) {
    return value.filter(stays).map((child) => withoutOffending(child, depth + 1));
  }
  if (!isObject(value)) return value;
  const kept = Object.entries(value).filter(([key, child]) => !isOffendingKey(key) && stays(child));
  return Object.fromEntries(kept.map(([key, child]) => [key, withoutOffending(child, depth + 1)]));
}

const isTooLarge = (value: unknown): boolean => Buffer.byteLength(canonical(value) ?? '', 'utf8') > MAX_BYTES;

function formFindings(input: Obj): Found[] {
  const missing = Object.keys(ECHOED).filter((name) => !Object.hasOwn(input, name));
  const unknown = Object.keys(input).filter((name) => checkOf(name) === undefined);
  const wrong = Object.keys(input).filter(
    (name) => checkOf(name)?.(input[name]) === false && !isBlankId(name, input[name]),
  );
  return [
    ...missing.map((name) => ({ at: [name], code: 'MISSING_MEMBER' })),
    ...unknown.map((name) => ({ at: [name], code: 'UNKNOWN_MEMBER' })),
    ...wrong.map((name) => ({ at: [name], code: 'INVALID_VALUE' })),
    ...blastRadiusFindings(own(input, 'blast_radius')),
  ];
}

function checkOf(name: string): Check | undefined {
  if (Object.hasOwn(ECHOED, name)) return ECHOED[name];
  return Object.hasOwn(OPTIONAL, name) ? OPTIONAL[name] : undefined;
}

function blastRadiusFindings(radius: unknown): Found[] {
  if (!isObject(radius) || hasNameWithoutText(radius)) return [];
  return Object.keys(radius).flatMap((name) => {
    if (!DIMENSIONS.includes(name)) return [{ at: ['blast_radius', name], code: 'UNKNOWN_MEMBER' }];
    return isInteger(0, 5)(radius[name]) ? [] : [{ at: ['blast_radius', name], code: 'INVALID_VALUE' }];
  });
}

const isBlankId = (name: string, value: unknown): boolean =>
  (name === 'tenant_id' || name === 'correlation_id') && isBlank(value);

/** Beside another finding a blank id is an invalid value too. */
const blankFindings = (input: Obj): Found[] =>
  ['tenant_id', 'correlation_id']
    .filter((name) => isBlank(own(input, name)))
    .map((name) => ({ at: [name], code: 'INVALID_VALUE' }));

/** RFC 6901. */
const pointer = (at: readonly string[]): string =>
  at.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

/** A path that is too long is cut back to its nearest ancestor that fits. */
const fitting = (at: readonly string[]): readonly string[] =>
  pointer(at).length > MAX_PATH ? fitting(at.slice(0, -1)) : at;

const byPathThenCode = (a: Finding, b: Finding): number => compare(a.path, b.path) || compare(a.code, b.code);

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
