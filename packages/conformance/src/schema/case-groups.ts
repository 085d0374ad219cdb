import { type Static, Type } from 'typebox';
import { OPERATION_NAMES } from '../operations.ts';
import { caseId, closed, GROUP_ID_PATTERN, level, requirement, SECTION_PATTERN, sentence } from './common.ts';

const anything = Type.Unknown();

/** The whole world of a case. Any value may stand in it: broken documents are cases too (WCP-11-24). */
const GivenSchema = closed({
  rules: Type.Optional(anything),
  workers: Type.Optional(anything),
  config: Type.Optional(anything),
  catalog_version: Type.Optional(anything),
  facts: Type.Optional(anything),
});

const ExpectSchema = Type.Union([
  closed({
    result: Type.Unsafe<Readonly<Record<string, unknown>>>(Type.Object({}, { additionalProperties: true })),
  }),
  closed({ error: Type.String({ pattern: '^[A-Z][A-Z0-9_]*$' }) }),
]);

const TestSchema = closed({
  id: caseId,
  title: sentence,
  op: Type.Enum([...OPERATION_NAMES]),
  input: anything,
  expect: ExpectSchema,
});

const GroupSchema = closed({
  id: Type.String({ pattern: GROUP_ID_PATTERN, maxLength: 150 }),
  title: sentence,
  section: Type.Array(Type.String({ pattern: SECTION_PATTERN }), { minItems: 1, uniqueItems: true }),
  requirement: Type.Union([requirement, Type.Array(requirement, { minItems: 1, uniqueItems: true })]),
  level,
  given: Type.Optional(GivenSchema),
  tests: Type.Array(TestSchema, { minItems: 1 }),
});

/** A file of fixtures: groups of cases that share a world (section 11.3). */
export const CaseGroupsSchema = Type.Array(GroupSchema, {
  minItems: 1,
  title: 'CaseGroups',
  description: 'One file of conformance cases (WCP section 11.3).',
});

/** A file of fixtures (section 11.3). */
export type CaseGroups = Static<typeof CaseGroupsSchema>;
/** Cases that share a world and a requirement. */
export type CaseGroup = Static<typeof GroupSchema>;
/** What a case expects: a result's listed members, or the code of an error (WCP-11-39). */
export type Expectation = Static<typeof ExpectSchema>;
/** The whole world of a case (WCP-11-24). */
export type Given = Static<typeof GivenSchema>;
