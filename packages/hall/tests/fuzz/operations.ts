import fc from 'fast-check';
import { ROWS } from '../http/access-rows.ts';
import type { Person } from '../support/test-hall.ts';
import type { Body } from './bodies.ts';
import {
  anyText,
  mutated,
  ODD_VALUES,
  type Schema,
  shapedLike,
  type Words,
  withOneReplaced,
} from './shapes.ts';

/** What the OpenAPI document says of one operation. */
interface Described {
  readonly operationId: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: Schema }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly responses: Readonly<Record<string, unknown>>;
}

/** An operation, at its place. */
export interface Operation {
  readonly method: string;
  readonly path: string;
  readonly operation: Described;
}

/** What calls are made from: the schemas of the document, and words that lead further than chance. */
export interface Grammar {
  readonly schemas: Readonly<Record<string, Schema>>;
  readonly words: Words;
  /** Beside, in paths and queries alone: what somebody sends in a body may come back. */
  readonly outside: Words;
}

/** Who asks. */
export const PEOPLE: readonly Person[] = [
  'nobody',
  'tenant',
  'foreigner',
  'owner',
  'steward',
  'auditor',
  'admin',
];

/** One request. */
export interface Call {
  readonly method: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Body;
}

/** Every operation of a document. */
export function operationsOf(paths: Readonly<Record<string, Record<string, Described>>>): Operation[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
}

/** A body with each odd value at each of its places. */
export function oddBodies(body: Body | undefined): Buffer[] {
  if (body === undefined) return [];
  const root: unknown = JSON.parse(body.bytes.toString());
  return ODD_VALUES.flatMap((value) => [...withOneReplaced(root, value)]).map((odd) =>
    Buffer.from(JSON.stringify(odd)),
  );
}

/** Those who may. */
export function peopleFor({ method, path }: Operation): readonly Person[] {
  const route = `${method} ${path.replace(/\{(\w+)\}/g, ':$1')}`;
  const who = ROWS.find((row) => row.route === route)?.who ?? PEOPLE;
  return who.filter((person) => PEOPLE.includes(person));
}

/** Mostly somebody who may. */
export function personFor(one: Operation): fc.Arbitrary<Person> {
  return fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...peopleFor(one)) },
    { weight: 1, arbitrary: fc.constantFrom(...PEOPLE) },
  );
}

/** A call of an operation, by its schemas and then changed. */
export function callOf(
  { method, path, operation }: Operation,
  { schemas, words, outside }: Grammar,
  how: 'as it should be' | 'changed' = 'changed',
): fc.Arbitrary<Call> {
  const { parameters = [], requestBody } = operation;
  const valuesOf = (place: string) =>
    fc.record(
      Object.fromEntries(
        parameters
          .filter((parameter) => parameter.in === place)
          .map(({ name, schema }) => [
            name,
            fc.oneof(
              { weight: 9, arbitrary: shapedLike(schema, schemas, { ...words, ...outside }, name) },
              { weight: 1, arbitrary: anyText },
            ),
          ]),
      ),
      place === 'path' ? {} : { requiredKeys: [] },
    ) as fc.Arbitrary<Record<string, unknown>>;
  const schema = requestBody?.content['application/json']?.schema;
  const shaped = schema === undefined ? fc.constant(undefined) : shapedLike(schema, schemas, words);
  const body = how === 'changed' ? mutated(shaped) : shaped;
  const extra = fc.oneof(
    { weight: 9, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fc.tuple(anyText, anyText) },
  );
  return fc.tuple(valuesOf('path'), valuesOf('query'), valuesOf('header'), body, extra).map(
    ([inPath, query, headers, value, more]): Call => ({
      method,
      url: urlOf(path, inPath, words, more === null ? query : { ...query, [more[0]]: more[1] }),
      headers: Object.fromEntries(
        Object.entries(headers).map(([name, text]) => [name, String(text).replace(/[^\t\x20-\x7e]/g, '?')]),
      ),
      ...(value === undefined
        ? {}
        : { body: { bytes: Buffer.from(JSON.stringify(value) ?? ''), type: 'application/json' } }),
    }),
  );
}

function urlOf(
  path: string,
  inPath: Readonly<Record<string, unknown>>,
  words: Words,
  query: Readonly<Record<string, unknown>>,
): string {
  const filled = fill(path, words, inPath);
  const pairs = Object.entries(query).map(([name, value]) => `${encode(name)}=${encode(value)}`);
  return pairs.length === 0 ? filled : `${filled}?${pairs.join('&')}`;
}

/** A path with its parameters in it. */
export function fill(path: string, words: Words, values: Readonly<Record<string, unknown>> = {}): string {
  return path.replace(/\{(\w+)\}/g, (_, name) => encode(values[name] ?? words[name]?.[0] ?? '-') || '-');
}

/** Any value as a part of a URL. */
export function encode(value: unknown): string {
  return encodeURIComponent(String(value).toWellFormed());
}
