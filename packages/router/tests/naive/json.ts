// JSON basics of the naive model: what an object is, canonical JSON, hashes, shapes, escaping.
import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';

export type Obj = Record<string, unknown>;
export type Check = (value: unknown) => boolean;

export const isObject = (value: unknown): value is Obj =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The own member `name` of a value, undefined where there is none. */
export const own = (value: unknown, name: string): unknown =>
  isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;

/** A string without a lone surrogate. */
export const isText: Check = (value) => typeof value === 'string' && !/\p{Surrogate}/u.test(value);

export const isBoolean: Check = (value) => typeof value === 'boolean';

export const isInteger =
  (from: number, to = Number.POSITIVE_INFINITY): Check =>
  (value) =>
    typeof value === 'number' && Number.isInteger(value) && value >= from && value <= to;

export const oneOf =
  (values: readonly unknown[]): Check =>
  (value) =>
    values.includes(value);

export const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);

export const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every((item) => check(item));

/** An object with these members and no other. */
export const shape =
  (members: Record<string, Check>, required: readonly string[] = []): Check =>
  (value) =>
    isObject(value) &&
    required.every((name) => Object.hasOwn(value, name)) &&
    Object.keys(value).every((name) => Object.hasOwn(members, name) && members[name]?.(value[name]) === true);

/** RFC 8785, null for what I-JSON cannot hold. */
export function canonical(value: unknown): string | null {
  try {
    return canonicalize(value) ?? null;
  } catch {
    return null;
  }
}

export const sha256Hex = (text: string): string => createHash('sha256').update(text).digest('hex');

/** `sha256:` and the hash of the canonical JSON, null where there is none. */
export function hashOf(value: unknown): string | null {
  const text = canonical(value);
  return text === null ? null : `sha256:${sha256Hex(text)}`;
}

/** A hash in its canonical form (R8), null for anything malformed. */
export function readHash(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  const hex = value.startsWith('sha256:') ? value.slice('sha256:'.length) : value;
  return /^[0-9a-f]{64}$/.test(hex) ? `sha256:${hex}` : null;
}

export const isHash: Check = (value) => readHash(value) !== null;

/** Sorted by code unit, each value once. */
export const sortedUnique = (values: readonly string[]): string[] => [...new Set(values)].sort();

const UNSAFE = /[\\\u0000-\u001f\u007f-\u009f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Section 3: how a string stands in events and messages. */
export const escapeText = (text: string): string =>
  text.replace(UNSAFE, (found) =>
    found === '\\' ? '\\\\' : `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
