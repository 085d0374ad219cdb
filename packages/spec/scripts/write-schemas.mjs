/** Writes `schemas/*.json` from the TypeBox schemas; a test fails when they are not current. */
import { writeFileSync } from 'node:fs';
import { SCHEMAS, schemaDocument } from '../dist/document/index.js';

for (const name of Object.keys(SCHEMAS)) {
  const file = new URL(`../schemas/${name}.json`, import.meta.url);
  writeFileSync(file, `${JSON.stringify(schemaDocument(name), null, 2)}\n`);
}
