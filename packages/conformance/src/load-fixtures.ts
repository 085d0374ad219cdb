import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { sha256 } from '@wcp/spec';
import { checkFixtures } from './check-fixtures.ts';
import type { ConformanceCase, Fixtures } from './conformance-case.ts';
import { misuse } from './misuse.ts';
import { readDocument } from './read-document.ts';
import { type CaseGroup, CaseGroupsSchema } from './schema/case-groups.ts';
import { type Level, REVISION } from './schema/common.ts';
import { type Requirements, RequirementsSchema } from './schema/requirements.ts';
import { UntestedSchema } from './schema/untested.ts';
import { sortedJson } from './sorted-json.ts';

/** Holds reasons and no cases. */
const UNTESTED = 'untested';

interface FixtureFile {
  readonly path: string;
  readonly text: string;
}

/**
 * Reads and checks the fixtures of revision 0.2: `0.2/<area>/*.json`, the reasons in
 * `0.2/untested/*.json`, and `requirements/0.2.json` below `folder`, by default those of the installed `@wcp/spec`.
 *
 * @throws {WcpError} `ERR_WCP_CONFORMANCE` for fixtures that are missing or broken.
 */
export async function loadFixtures(folder: string = fixturesOfSpec()): Promise<Fixtures> {
  const all = await revisionFiles(folder);
  const files = all.filter((file) => areaOf(file) !== UNTESTED);
  const requirements = await readText(folder, `requirements/${REVISION}.json`);
  const cases = files.flatMap(casesOf);
  const required = readDocument(RequirementsSchema, requirements.text, requirements.path);
  checkFixtures(cases, required);
  return {
    revision: REVISION,
    digest: digestOf([...files, requirements]),
    cases,
    untested: untestedIn(all),
    required: cumulative(required.levels),
  };
}

function fixturesOfSpec(): string {
  const manifest = createRequire(import.meta.url).resolve('@wcp/spec/package.json');
  return join(dirname(manifest), 'conformance');
}

async function revisionFiles(folder: string): Promise<FixtureFile[]> {
  let names: string[];
  try {
    names = await readdir(join(folder, REVISION), { recursive: true });
  } catch (cause) {
    throw misuse(`There are no fixtures of revision ${REVISION} in ${folder}.`, cause);
  }
  const paths = names
    .filter((name) => name.endsWith('.json'))
    .map((name) => `${REVISION}/${name.replaceAll('\\', '/')}`);
  if (paths.length === 0) throw misuse(`There are no fixtures of revision ${REVISION} in ${folder}.`);
  return Promise.all(paths.sort().map((path) => readText(folder, path)));
}

async function readText(folder: string, path: string): Promise<FixtureFile> {
  try {
    return { path, text: await readFile(join(folder, path), 'utf8') };
  } catch (cause) {
    throw misuse(`The fixture file ${path} cannot be read.`, cause);
  }
}

function areaOf({ path }: Pick<FixtureFile, 'path'>): string {
  return path.split('/')[1] ?? '';
}

function untestedIn(files: readonly FixtureFile[]): Record<string, string> {
  const reasons = files.filter((file) => areaOf(file) === UNTESTED);
  return Object.assign({}, ...reasons.map(({ path, text }) => readDocument(UntestedSchema, text, path)));
}

function casesOf({ path, text }: FixtureFile): ConformanceCase[] {
  const area = areaOf({ path });
  return readDocument(CaseGroupsSchema, text, path).flatMap((group) => {
    if (!group.id.startsWith(`${area}/`))
      throw misuse(`${path}: the group ${group.id} is not of the area ${area}.`);
    return casesOfGroup(area, group);
  });
}

function casesOfGroup(
  area: string,
  { section, requirement, level, given = {}, tests, id }: CaseGroup,
): ConformanceCase[] {
  const requirements = typeof requirement === 'string' ? [requirement] : requirement;
  return tests.map((test) => {
    if (!test.id.startsWith(`${id}/`))
      throw misuse(`The case ${test.id} is not named after its group ${id}.`);
    return { ...test, area, section, requirements, level, given };
  });
}

function digestOf(files: readonly FixtureFile[]): string {
  const byPath = [...files].sort((a, b) => (a.path < b.path ? -1 : 1));
  return sha256(byPath.map(({ path, text }) => `${path}\n${sortedJson(JSON.parse(text))}\n`).join(''));
}

function cumulative({ basic, standard, full }: Requirements['levels']): Record<Level, readonly string[]> {
  const upToStandard = [...basic, ...standard];
  return { basic, standard: upToStandard, full: [...upToStandard, ...full] };
}
