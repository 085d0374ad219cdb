/**
 * Puts beside the code what a port author needs of the protocol as plain files: its text, its catalog
 * and its deny codes. They are copies, made when the package is packed.
 */
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { catalog } from '../dist/catalog/index.js';
import { DENY_CODES } from '../dist/index.js';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));

rmSync(at('../text'), { recursive: true, force: true });
cpSync(at('../../../docs/spec'), at('../text'), { recursive: true });
mkdirSync(at('../data'), { recursive: true });
for (const [name, value] of Object.entries({ catalog, 'deny-codes': DENY_CODES })) {
  writeFileSync(at(`../data/${name}.json`), `${JSON.stringify(value, null, 2)}\n`);
}
