import type { Static, TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { misuse } from './misuse.ts';

const MOST_FAULTS = 5;

/** Reads a file of this package's schemas; `name` stands in the message. */
export function readDocument<T extends TSchema>(schema: T, text: string, name: string): Static<T> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw misuse(`${name} is not JSON.`, cause);
  }
  return checkDocument(schema, value, name);
}

function checkDocument<T extends TSchema>(schema: T, value: unknown, name: string): Static<T> {
  const check = Compile(schema);
  if (check.Check(value)) return value as Static<T>;
  const faults = check
    .Errors(value)
    .slice(0, MOST_FAULTS)
    .map(({ instancePath, message }) => `${instancePath === '' ? 'it' : instancePath} ${message}`);
  throw misuse(`${name} does not satisfy its schema: ${faults.join('; ')}.`);
}
