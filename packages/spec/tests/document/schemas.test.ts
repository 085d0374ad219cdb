import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { Compile } from 'typebox/compile';
import { describe, expect, test } from 'vitest';
import { SCHEMAS, schemaDocument } from '../../src/document/index.ts';
import { WcpError } from '../../src/index.ts';
import { nearSchema } from './near-schema.ts';

const FOLDER = new URL('../../schemas/', import.meta.url);
const NAMES = Object.keys(SCHEMAS);
const fileOf = (name: string): string => readFileSync(new URL(`${name}.json`, FOLDER), 'utf8');

/** Every keyword that the wire's schemas may use: a reader in another language supports these. */
const KEYWORDS = [
  '$id',
  '$schema',
  'additionalProperties',
  'anyOf',
  'const',
  'description',
  'enum',
  'items',
  'maxLength',
  'maximum',
  'minItems',
  'minLength',
  'minProperties',
  'minimum',
  'pattern',
  'properties',
  'propertyNames',
  'required',
  'title',
  'type',
  'uniqueItems',
  'x-wcp-hash',
  'x-wcp-id',
  'x-wcp-open',
];

function keywordsIn(schema: unknown, found: Set<string>): Set<string> {
  for (const [keyword, value] of Object.entries(schema as object)) {
    found.add(keyword);
    const inner = keyword === 'properties' ? Object.values(value) : [value].flat();
    const schemas = ['properties', 'items', 'anyOf', 'additionalProperties'].includes(keyword) ? inner : [];
    for (const one of schemas) if (typeof one === 'object') keywordsIn(one, found);
  }
  return found;
}

test('These documents have a schema.', () => {
  expect(NAMES.toSorted()).toEqual([
    'ban-list',
    'code-attestation',
    'code-attestation-request',
    'facts',
    'hall-config',
    'manifest',
    'receipt',
    'receipt-statement',
    'registry-record',
    'route-decision',
    'route-input',
    'rules',
    'telemetry-event',
    'worker-context',
    'worker-result',
  ]);
});

test('The folder schemas/ holds one file for each document and nothing else.', () => {
  expect(readdirSync(FOLDER).toSorted()).toEqual(NAMES.map((name) => `${name}.json`).toSorted());
});

describe.each(NAMES)('The file schemas/%s.json', (name) => {
  test('The file is what the sources say; `pnpm schemas` rewrites it.', () => {
    expect(fileOf(name)).toBe(`${JSON.stringify(schemaDocument(name), null, 2)}\n`);
  });

  test('The file names its dialect and itself.', () => {
    expect(JSON.parse(fileOf(name))).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $id: `urn:wcp:0.2:${name}`,
      title: expect.any(String),
      description: expect.stringContaining('WCP section'),
    });
  });

  test('The file is plain JSON Schema and accepts what the sources accept.', () => {
    const [file, source] = [Compile(JSON.parse(fileOf(name))), Compile(SCHEMAS[name] as object)];
    fc.assert(
      fc.property(nearSchema(name), (value) => {
        expect(file.Check(value)).toBe(source.Check(value));
      }),
      { numRuns: 100 },
    );
  });
});

test('The schemas use only keywords that the reader knows.', () => {
  const found = new Set<string>();
  for (const name of NAMES) keywordsIn(JSON.parse(fileOf(name)), found);
  expect([...found].toSorted()).toEqual(KEYWORDS.toSorted());
});

test.each(['nothing', 'constructor', '__proto__', ''])('Asking for the schema %j is an error.', (name) => {
  expect(() => schemaDocument(name)).toThrow(WcpError);
  expect(() => schemaDocument(name)).toThrow(expect.objectContaining({ code: 'ERR_WCP_DOCUMENT' }));
});
