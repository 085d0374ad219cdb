import type { TSchema } from 'typebox';
import { compareText, type Diagnostic, type Finding, type FindingCode, jsonPointer } from './finding.ts';
import { normaliseHash } from './hash.ts';
import { canonicalId } from './id.ts';
import { escapeText } from './text.ts';

/** The JSON Schema keywords that the wire's schemas use. */
interface Schema {
  readonly type?: string;
  readonly anyOf?: readonly Schema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly minProperties?: number;
  readonly additionalProperties?: boolean | Schema;
  readonly 'x-wcp-id'?: string;
  readonly 'x-wcp-hash'?: boolean;
  readonly 'x-wcp-open'?: boolean;
}

type Members = Record<string, unknown>;

/** What a reading says beside the copy that it returns. */
export interface SchemaReading {
  readonly value: unknown;
  readonly findings: readonly Finding[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Checks plain JSON against a schema of this package and copies it, with ids and hashes in their
 * canonical spelling (R2, R8). Every finding at once. The copy's objects have no prototype, so that
 * nobody's pollution of `Object.prototype` becomes a member of a document.
 */
export function readSchema(schema: TSchema, value: unknown): SchemaReading {
  const reader = new SchemaReader();
  return { value: reader.read(schema as Schema, value), findings: reader.findings, diagnostics: reader.diagnostics };
}

const PATTERNS = new Map<string, RegExp>();

class SchemaReader {
  readonly findings: Finding[] = [];
  readonly diagnostics: Diagnostic[] = [];
  readonly #path: (string | number)[] = [];

  read(schema: Schema, value: unknown): unknown {
    if (schema.anyOf !== undefined) return this.#readUnion(schema.anyOf, value);
    if (schema.enum !== undefined) {
      return schema.enum.includes(value) ? value : this.#invalid(`one of ${schema.enum.join(', ')}`);
    }
    if ('const' in schema) {
      return value === schema.const ? value : this.#invalid(JSON.stringify(schema.const));
    }
    switch (schema.type) {
      case 'object':
        return isObject(value) ? this.#readObject(schema, value) : this.#invalid('an object');
      case 'array':
        return Array.isArray(value) ? this.#readArray(schema, value) : this.#invalid('a list');
      case 'string':
        return this.#readString(schema, value);
      case 'integer':
      case 'number':
        return this.#readNumber(schema, value);
      case 'boolean':
        return typeof value === 'boolean' ? value : this.#invalid('true or false');
      case 'null':
        return value === null ? value : this.#invalid('null');
      default:
        return value;
    }
  }

  #readUnion(alternatives: readonly Schema[], value: unknown): unknown {
    const fitting = alternatives.filter((schema) => couldBe(schema, value));
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

  #readObject(schema: Schema, value: Members): Members {
    const copy: Members = Object.create(null);
    const names = Object.keys(value);
    for (const name of schema.required ?? []) {
      if (!Object.hasOwn(value, name)) this.#at(name, () => this.#report('MISSING_MEMBER', `The member "${name}" is required.`));
    }
    if (names.length < (schema.minProperties ?? 0)) this.#invalid('an object with at least one condition');
    for (const name of names) this.#at(name, () => this.#readMember(schema, copy, name, value[name]));
    return copy;
  }

  #readMember(schema: Schema, copy: Members, name: string, value: unknown): void {
    const listed = schema.properties;
    const open = schema.additionalProperties;
    if (listed !== undefined && Object.hasOwn(listed, name)) copy[name] = this.read(listed[name] as Schema, value);
    else if (open === false) this.#unknown(name, listed);
    else {
      copy[name] = typeof open === 'object' ? this.read(open, value) : value;
      if (schema['x-wcp-open'] === true) {
        const message = `The member "${escapeText(name)}" has no meaning here; it is kept and has no effect.`;
        this.diagnostics.push({ level: 'warning', code: 'UNKNOWN_MEMBER', path: this.#pointer(), message });
      }
    }
  }

  #readArray(schema: Schema, value: readonly unknown[]): unknown[] {
    if (value.length < (schema.minItems ?? 0)) this.#invalid('a list that is not empty');
    return value.map((item, index) => this.#at(index, () => this.read(schema.items ?? {}, item)));
  }

  #readString(schema: Schema, value: unknown): unknown {
    if (typeof value !== 'string') return this.#invalid(describe(schema));
    const { pattern, minLength = 0, maxLength = Number.POSITIVE_INFINITY } = schema;
    if (value.length < minLength || value.length > maxLength) return this.#invalid(describe(schema));
    if (pattern !== undefined && !matcher(pattern).test(value)) return this.#invalid(describe(schema));
    if (schema['x-wcp-hash'] === true) return normaliseHash(value);
    return schema['x-wcp-id'] === undefined ? value : this.#canonical(value);
  }

  #readNumber(schema: Schema, value: unknown): unknown {
    const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = schema;
    const right = typeof value === 'number' && (schema.type === 'number' || Number.isInteger(value));
    return right && value >= minimum && value <= maximum ? value : this.#invalid(describe(schema));
  }

  #canonical(id: string): string {
    const canonical = canonicalId(id);
    if (canonical !== id) {
      const message = `"${id}" is read as "${canonical}": ids are written with hyphens.`;
      this.diagnostics.push({ level: 'info', code: 'UNDERSCORE_ID', path: this.#pointer(), message });
    }
    return canonical;
  }

  #unknown(name: string, listed: Schema['properties']): void {
    const known = Object.keys(listed ?? {}).join(', ');
    this.#report('UNKNOWN_MEMBER', `There is no member "${escapeText(name)}" here; known are ${known}.`);
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

/** Whether a value is of an alternative's type, and for an object has the members that tell it apart. */
function couldBe(schema: Schema, value: unknown): boolean {
  if (schema.enum !== undefined || 'const' in schema) return !isObject(value) && !Array.isArray(value);
  if (schema.type === 'object') {
    return isObject(value) && (schema.required ?? []).every((name) => Object.hasOwn(value, name));
  }
  if (schema.type === 'array') return Array.isArray(value);
  if (schema.type === 'null') return value === null;
  return typeof value === (schema.type === 'integer' ? 'number' : schema.type);
}

function describe(schema: Schema): string {
  if (schema['x-wcp-id'] !== undefined) return `an id of kind ${schema['x-wcp-id']}`;
  if (schema['x-wcp-hash'] === true) return 'a hash: sha256: and 64 lower-case hexadecimal digits';
  if (schema.enum !== undefined) return `one of ${schema.enum.join(', ')}`;
  if ('const' in schema) return JSON.stringify(schema.const);
  if (schema.type === 'integer') return `an integer from ${schema.minimum} to ${schema.maximum}`;
  if (schema.type === 'object') return `an object with ${(schema.required ?? ['other members']).join(', ')}`;
  return schema.pattern === undefined ? `a ${schema.type} of a permitted length` : `a text like ${schema.pattern}`;
}

/** Orders diagnostics by path, then code. */
export function sortDiagnostics(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  return [...diagnostics].sort((a, b) => compareText(a.path, b.path) || compareText(a.code, b.code));
}
