import { createContext, Script } from 'node:vm';
import type { Finding } from '@wcp/spec';
import { MAX_FINDINGS } from '@wcp/spec/document';
import { Ajv, type ErrorObject, type Options, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { type Members, ownMember } from '../base/members.ts';
import { shownText } from '../base/shown-text.ts';

/** A JSON Schema that values can be checked against, or why it is none. */
export type CompiledSchema =
  | { readonly ok: true; check(value: unknown): readonly Finding[] }
  | { readonly ok: false; readonly message: string };

/** A schema decides about members that a value has itself: `constructor` is not there because every object inherits it. */
const OPTIONS: Options = {
  allErrors: true,
  strict: false,
  ownProperties: true,
  validateFormats: false,
  logger: false,
};
/** Milliseconds that reading a schema, or checking a value, may take: a pattern can take for ever. */
const PATIENCE_MS = 1_000;
const MAX_SCHEMA = 262_144;
const MAX_PATH = 256;

/** The dialects, by the address in `$schema`; one without it is the first. */
const DIALECTS: readonly { readonly address: RegExp; readonly reader: new (options: Options) => Ajv }[] = [
  { address: /^https:\/\/json-schema\.org\/draft\/2020-12\/schema#?$/, reader: Ajv2020 },
  { address: /^https?:\/\/json-schema\.org\/draft-07\/schema#?$/, reader: Ajv },
];

/** Reads a JSON Schema. It loads nothing from elsewhere, and one that does not end in time is none. */
export function compileSchema(schema: Members): CompiledSchema {
  const { $schema = 'https://json-schema.org/draft/2020-12/schema' } = schema;
  const dialect = DIALECTS.find(({ address }) => address.test(String($schema)));
  if (dialect === undefined) return { ok: false, message: 'Its dialect is neither 2020-12 nor draft-07.' };
  if (JSON.stringify(schema).length > MAX_SCHEMA) return { ok: false, message: 'It is too long.' };
  const Reader = dialect.reader;
  const compiled = inTime(() => new Reader(OPTIONS).compile(schema));
  // An asynchronous one would answer with a promise, which is as good as true.
  if (compiled === null || '$async' in compiled) return { ok: false, message: 'It is not a JSON Schema.' };
  return { ok: true, check: (value) => findingsIn(compiled, value) };
}

function findingsIn(validate: ValidateFunction, value: unknown): readonly Finding[] {
  const isValid = inTime(() => validate(value));
  if (isValid === true) return [];
  const { errors } = validate;
  if (isValid === null || !errors?.length) return [finding('', 'INVALID_VALUE', NOT_CHECKED)];
  return errors.slice(0, MAX_FINDINGS).map(findingOf);
}

const NOT_CHECKED = 'This could not be checked in time.';

function findingOf({ instancePath, keyword, params, message = 'is not valid' }: ErrorObject): Finding {
  const [missing, unknown] = ['missingProperty', 'additionalProperty'].map((name) => ownMember(params, name));
  if (keyword === 'required' && typeof missing === 'string')
    return finding(`${instancePath}/${pointed(missing)}`, 'MISSING_MEMBER', 'This member is required.');
  if (keyword === 'additionalProperties' && typeof unknown === 'string')
    return finding(`${instancePath}/${pointed(unknown)}`, 'UNKNOWN_MEMBER', 'There is no such member.');
  return finding(instancePath, 'INVALID_VALUE', `It ${message}.`);
}

/** Names of the caller are in the path, and words of the schema in the message. */
function finding(path: string, code: Finding['code'], message: string): Finding {
  return { path: shownText(path, MAX_PATH), code, message: shownText(message, 500) };
}

function pointed(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

const context = createContext({ act: null as (() => unknown) | null });
const script = new Script('act()');

/** What a function gives; null where it throws, or has not ended in time. */
function inTime<R>(act: () => R): R | null {
  context['act'] = act;
  try {
    return script.runInContext(context, { timeout: PATIENCE_MS }) as R;
  } catch {
    return null;
  } finally {
    context['act'] = null;
  }
}
