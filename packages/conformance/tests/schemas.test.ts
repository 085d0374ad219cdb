import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { SCHEMAS, schemaDocument } from '../src/schemas.ts';

const folder = new URL('../schemas/', import.meta.url);

test.each(Object.keys(SCHEMAS))('The file schemas/%s.json is written from its TypeBox schema.', (name) => {
  const written = readFileSync(new URL(`${name}.json`, folder), 'utf8');
  expect(written).toBe(`${JSON.stringify(schemaDocument(name), null, 2)}\n`);
});

test('There is no other schema file.', () => {
  const files = readdirSync(folder).sort();
  expect(files).toEqual(
    Object.keys(SCHEMAS)
      .map((name) => `${name}.json`)
      .sort(),
  );
});
