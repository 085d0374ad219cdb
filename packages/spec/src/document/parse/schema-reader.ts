import type { TSchema } from 'typebox';
import { type Diagnostic, type Finding, type FindingCode, jsonPointer } from '../../base/finding.ts';
import { normaliseHash } from '../../base/hash.ts';
import { escapeText } from '../../base/text.ts';
import { canonicalId } from '../../id/id.ts';
import { canonicalJson } from '../../json/canonical-json.ts';
import { describe, type Keywords, keywordsOf } from './schema-keywords.ts';

type Members = Record<string, unknown>;

/** What a reading found, and the copy that it made. */
export interface SchemaReading {
  readonly value: unknown;
  readonly findings: readonly Finding[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Checks plain JSON against a schema of this package and copies it, with ids and hashes in their
 * canonical spelling (R2, R8). Every finding at once. The copy's objects have no prototype, so that a
 * polluted `Object.prototype` adds no member to a document.
 */
export function readSchema(schema: TSchema, value: unknown): SchemaReading {
  const reader = new SchemaReader();
  const copy = reader.read(keywordsOf(schema), value);
  return { value: copy, findings: reader.findings, diagnostics: reader.diagnostics };
}

const NOTHING: Readonly<Record<string, Keywords>> = Object.create(null);
const PATTERNS = new Map<string, RegExp>();

class SchemaReader {
  readonly findings: Finding[] = [];
  readonly diagnostics: Diagnostic[] = [];
  readonly #path: (string | number)[] = [];

  read(schema: Keywords, value: unknown): unknown {
    if (schema.anyOf !== undefined) return this.#readUnion(schema.anyOf, value);
    if (!isOfType(schema, value)) return this.#invalid(describe(schema));
    switch (schema.type) {
      case 'object':
        return this.#readObject(schema, value as Members);
      case 'array':
        return this.#readArray(schema, value as readonly unknown[]);
      case 'string':
        return this.#readString(schema, value as string);
      default:
        return value;
    }
  }

  #readUnion(alternatives: readonly Keywords[], value: unknown): unknown {
    const ofType = alternatives.filter((schema) => isOfType(schema, value));
    const tag = tagOf(ofType);
    if (tag !== undefined) return this.#readTagged(ofType, tag, value as Members);
    const fitting = ofType.length > 1 ? ofType.filter((schema) => hasRequired(schema, value)) : ofType;
    const [only] = fitting;
    if (only !== undefined && fitting.length === 1) return this.read(only, value);
    for (const schema of fitting) {
      const attempt = new SchemaReader();
      attempt.#path.push(...this.#path);
      const copy = attempt.read(schema, value);
      if (attempt.findings.length > 0) continue;
      this.diagnostics.push(...attempt.diagnostics);
      return copy;
    }
    return this.#invalid(alternatives.map(describe).join(', or '));
  }

  /** Where one member discriminates the alternatives, the value names the one that it is judged by. */
  #readTagged(alternatives: readonly Keywords[], tag: string, value: Members): unknown {
    const given = Object.hasOwn(value, tag) ? value[tag] : undefined;
    const named = alternatives.find((schema) => constOf(schema, tag) === given);
    if (named !== undefined) return this.read(named, value);
    if (given === undefined) return this.#missing(tag);
    const known = alternatives.map((schema) => constOf(schema, tag)).join(', ');
    return this.#at(tag, () => this.#invalid(`one of ${known}`));
  }

  #readObject(schema: Keywords, value: Members): Members {
    const copy: Members = Object.create(null);
    const names = Object.keys(value);
    for (const name of schema.required ?? []) {
      if (!Object.hasOwn(value, name)) this.#missing(name);
    }
    if (names.length < (schema.minProperties ?? 0)) this.#invalid('an object with at least one condition');
    for (const name of names) this.#at(name, () => this.#readMember(schema, copy, name, value[name]));
    return copy;
  }

  #readMember(schema: Keywords, copy: Members, name: string, value: unknown): void {
    const { properties: listed = NOTHING, additionalProperties: open } = schema;
    if (Object.hasOwn(listed, name)) copy[name] = this.read(listed[name] as Keywords, value);
    else if (open === false) this.#unknown(name, listed);
    else {
      if (schema.propertyNames !== undefined) this.read(schema.propertyNames, name);
      copy[name] = typeof open === 'object' ? this.read(open, value) : value;
      if (schema['x-wcp-open'] === true) {
        const message = `The member "${escapeText(name)}" has no meaning here; it is kept and has no effect.`;
        this.diagnostics.push({ level: 'warning', code: 'UNKNOWN_MEMBER', path: this.#pointer(), message });
      }
    }
  }

  #readArray(schema: Keywords, value: readonly unknown[]): unknown {
    const { maxItems = Number.POSITIVE_INFINITY } = schema;
    if (value.length > maxItems) return this.#invalid(`a list of at most ${maxItems}`);
    if (value.length < (schema.minItems ?? 0)) this.#invalid('a list that is not empty');
    if (schema.uniqueItems === true && new Set(value.map(canonicalJson)).size < value.length) {
      this.#invalid('a list in which nothing occurs twice');
    }
    return value.map((item, index) => this.#at(index, () => this.read(schema.items as Keywords, item)));
  }

  #readString(schema: Keywords, value: string): unknown {
    const fits =
      hasLength(schema, value) && (schema.pattern === undefined || matcher(schema.pattern).test(value));
    if (!fits) return this.#invalid(describe(schema));
    if (schema['x-wcp-hash'] === true) return normaliseHash(value);
    return schema['x-wcp-id'] === undefined ? value : this.#canonical(value);
  }

  #canonical(id: string): string {
    const canonical = canonicalId(id);
    if (canonical !== id) {
      const message = `"${id}" is read as "${canonical}": ids are written with hyphens.`;
      this.diagnostics.push({ level: 'info', code: 'UNDERSCORE_ID', path: this.#pointer(), message });
    }
    return canonical;
  }

  #unknown(name: string, listed: object): void {
    const known = Object.keys(listed).join(', ');
    this.#report('UNKNOWN_MEMBER', `There is no member "${escapeText(name)}" here; known are ${known}.`);
  }

  #missing(name: string): undefined {
    this.#at(name, () => this.#report('MISSING_MEMBER', `The member "${name}" is required.`));
  }

  #invalid(expected: string): undefined {
    this.#report('INVALID_VALUE', `Expected ${expected}.`);
  }

  #report(code: FindingCode, message: string): void {
    this.findings.push({ path: this.#pointer(), code, message });
  }

  #pointer(): string {
    return jsonPointer(this.#path);
  }

  #at<T>(segment: string | number, read: () => T): T {
    this.#path.push(segment);
    const result = read();
    this.#path.pop();
    return result;
  }
}

/**
 * The required member by whose constant value each of several alternatives is known; undefined without
 * one.
 */
function tagOf(alternatives: readonly Keywords[]): string | undefined {
  const [first, ...others] = alternatives;
  if (first === undefined || others.length === 0) return undefined;
  return first.required?.find((name) => {
    const values = alternatives.map((schema) =>
      isRequired(schema, name) ? constOf(schema, name) : undefined,
    );
    return !values.includes(undefined) && new Set(values).size === values.length;
  });
}

function isRequired({ required }: Keywords, name: string): boolean {
  return required?.includes(name) ?? false;
}

function constOf({ properties }: Keywords, name: string): unknown {
  return properties?.[name]?.const;
}

function matcher(pattern: string): RegExp {
  const known = PATTERNS.get(pattern);
  if (known !== undefined) return known;
  const made = new RegExp(pattern);
  PATTERNS.set(pattern, made);
  return made;
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a value is of the type that a schema requires, its content apart. */
function isOfType(schema: Keywords, value: unknown): boolean {
  if (schema.enum !== undefined) return schema.enum.includes(value);
  if (schema.const !== undefined) return value === schema.const;
  switch (schema.type) {
    case undefined:
      return true;
    case 'object':
      return isObject(value);
    case 'array':
      return Array.isArray(value);
    case 'null':
      return value === null;
    case 'integer':
      return Number.isInteger(value) && isWithin(schema, value as number);
    case 'number':
      return typeof value === 'number' && isWithin(schema, value);
    default:
      return typeof value === schema.type;
  }
}

function isWithin(schema: Keywords, value: number): boolean {
  const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = schema;
  return value >= minimum && value <= maximum;
}

/** Lengths count Unicode code points, as JSON Schema says. */
function hasLength(schema: Keywords, text: string): boolean {
  const { minLength = 0, maxLength = Number.POSITIVE_INFINITY } = schema;
  if (text.length <= maxLength && text.length >= minLength * 2) return true;
  const length = [...text].length;
  return length >= minLength && length <= maxLength;
}

function hasRequired(schema: Keywords, value: unknown): boolean {
  return schema.required?.every((name) => Object.hasOwn(value as object, name)) ?? true;
}
