/**
 * Writes `conformance/statements/0.2.json`: each numbered statement of the text with its sentence, its chapter and
 * the heading it stands under, so that a referee can quote what a case tests. A test fails when it is not current.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { statementsJson } from './statements.mjs';

const folder = new URL('../conformance/statements/', import.meta.url);
mkdirSync(fileURLToPath(folder), { recursive: true });
writeFileSync(new URL('0.2.json', folder), statementsJson());
