import type { TSchema } from 'typebox';
import { CaseGroupsSchema } from './fixtures/schema/case-groups.ts';
import { REVISION } from './fixtures/schema/common.ts';
import { KnownFailuresSchema } from './fixtures/schema/known-failures.ts';
import { RequirementsSchema } from './fixtures/schema/requirements.ts';
import { StatementsSchema } from './fixtures/schema/statements.ts';
import { UntestedSchema } from './fixtures/schema/untested.ts';
import { ReportSchema } from './report/schema/report.ts';

/** The schema of every document of a conformance run, by the name of its file in `schemas/`. */
export const SCHEMAS: Readonly<Record<string, TSchema>> = {
  'case-groups': CaseGroupsSchema,
  requirements: RequirementsSchema,
  statements: StatementsSchema,
  untested: UntestedSchema,
  'known-failures': KnownFailuresSchema,
  report: ReportSchema,
};

/**
 * The JSON Schema (2020-12) document of one of {@link SCHEMAS}, as its file in `schemas/` has it.
 *
 * @example
 * ```ts
 * import { SCHEMAS, schemaDocument } from '@wcp/conformance';
 *
 * for (const name of Object.keys(SCHEMAS)) console.log(name, JSON.stringify(schemaDocument(name)));
 * ```
 */
export function schemaDocument(name: string): object {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `urn:wcp:${REVISION}:conformance:${name}`,
    ...SCHEMAS[name],
  };
}
