/**
 * Writes `requirements/0.2.json` of `@wcp/spec` from the levels that the cases name. The file is frozen
 * at a release: a change of it needs a changeset that says why.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LEVELS, REVISION } from '../dist/index.js';

const folder = join(import.meta.dirname, '../../spec/conformance');
const files = readdirSync(join(folder, REVISION), { recursive: true })
  .filter((name) => name.endsWith('.json') && !name.startsWith('untested'))
  .sort();
const groups = files.flatMap((name) => JSON.parse(readFileSync(join(folder, REVISION, name), 'utf8')));
const idsOf = (level) =>
  groups.filter((group) => group.level === level).flatMap(({ tests }) => tests.map(({ id }) => id));
mkdirSync(join(folder, 'requirements'), { recursive: true });
const levels = Object.fromEntries(LEVELS.map((level) => [level, idsOf(level).sort()]));
writeFileSync(
  join(folder, 'requirements', `${REVISION}.json`),
  `${JSON.stringify({ revision: REVISION, levels }, null, 2)}\n`,
);
