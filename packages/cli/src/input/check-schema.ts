import type { Finding, FindingCode, Parsed } from '@wcp/spec';
import { schemaDocument } from '@wcp/spec/document';

/** The keywords that the wire's schemas use. */
interface Keywords {
  readonly anyOf?: readonly Keywords[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly type?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: Keywords;
  readonly properties?: Readonly<Record<string, Keywords>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Keywords;
}

/** Checks a value against one of the JSON Schemas of the wire, for the documents without a reader of their own. */
export function checkSchema(kind: string, value: unknown): Parsed<unknown> {
  const findings = check(schemaDocument(kind) as Keywords, value, '');
  return findings.length === 0 ? { ok: true, value, diagnostics: [] } : { ok: false, findings };
}

function check(schema: Keywords, value: unknown, path: string): Finding[] {
  if (schema.anyOf !== undefined) return checkUnion(schema.anyOf, value, path);
  if (schema.enum !== undefined) {
    return schema.enum.includes(value) ? [] : [expected(path, `one of ${schema.enum.join(', ')}`)];
  }
  if (schema.const !== undefined) {
    return value === schema.const ? [] : [expected(path, JSON.stringify(schema.const))];
  }
  if (!isOfType(schema.type, value)) return [expected(path, TYPES[schema.type ?? ''] ?? 'another type')];
  if (typeof value === 'string') return checkText(schema, value, path);
  if (typeof value === 'number') return checkNumber(schema, value, path);
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => check(schema.items ?? {}, item, `${path}/${index}`));
  }
  return typeof value === 'object' && value !== null ? checkMembers(schema, value, path) : [];
}

/** The alternative that fits best speaks: the one that its fixed members are those of the value. */
function checkUnion(alternatives: readonly Keywords[], value: unknown, path: string): Finding[] {
  const tries = alternatives.map((schema) => ({ schema, findings: check(schema, value, path) }));
  const meant =
    tries.find(({ schema }) => isMeant(schema, value)) ?? tries.find(({ findings }) => findings.length === 0);
  if (meant !== undefined) return meant.findings;
  const [only, ...others] = tries.filter(({ schema }) => schema.type !== 'null');
  return only !== undefined && others.length === 0
    ? only.findings
    : [expected(path, 'another form; none of those that are known fits')];
}

function isMeant({ properties = {}, required = [] }: Keywords, value: unknown): boolean {
  const fixed = Object.entries(properties).filter(
    ([name, schema]) => required.includes(name) && schema.const !== undefined,
  );
  return fixed.length > 0 && fixed.every(([name, schema]) => memberOf(value, name) === schema.const);
}

function checkMembers(schema: Keywords, value: object, path: string): Finding[] {
  const missing = (schema.required ?? [])
    .filter((name) => !Object.hasOwn(value, name))
    .map((name) => found(`${path}/${name}`, 'MISSING_MEMBER', `The member "${name}" is required.`));
  const members = Object.entries(value).flatMap(([name, member]) => {
    const place = `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    const listed = schema.properties;
    if (listed !== undefined && Object.hasOwn(listed, name)) return check(listed[name] ?? {}, member, place);
    if (schema.additionalProperties !== false) return [];
    return [found(place, 'UNKNOWN_MEMBER', 'There is no such member here.')];
  });
  return [...missing, ...members];
}

function checkText({ pattern, minLength = 0, maxLength }: Keywords, value: string, path: string): Finding[] {
  if (pattern !== undefined && !new RegExp(pattern).test(value)) {
    return [expected(path, `a text of the form ${pattern}`)];
  }
  const fits = value.length >= minLength && value.length <= (maxLength ?? value.length);
  return fits ? [] : [expected(path, `${minLength} to ${maxLength ?? 'any number of'} characters`)];
}

function checkNumber({ minimum, maximum }: Keywords, value: number, path: string): Finding[] {
  const fits = value >= (minimum ?? value) && value <= (maximum ?? value);
  return fits ? [] : [expected(path, `a number from ${minimum ?? 'anything'} to ${maximum ?? 'anything'}`)];
}

const TYPES: Readonly<Record<string, string>> = {
  object: 'an object',
  array: 'a list',
  string: 'a text',
  integer: 'an integer',
  number: 'a number',
  boolean: 'true or false',
  null: 'null',
};

function isOfType(type: string | undefined, value: unknown): boolean {
  if (type === undefined) return true;
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'array') return Array.isArray(value);
  if (type === 'null') return value === null;
  return type === 'object'
    ? typeof value === 'object' && value !== null && !Array.isArray(value)
    : typeof value === type;
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

function expected(path: string, what: string): Finding {
  return found(path, 'INVALID_VALUE', `Expected ${what}.`);
}

function found(path: string, code: FindingCode, message: string): Finding {
  return { path, code, message };
}
