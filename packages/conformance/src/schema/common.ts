import { type TSchema, Type } from 'typebox';

/** The three levels, each of which contains the one before it (section 11). */
export const LEVELS = ['basic', 'standard', 'full'] as const;
/** One of the three levels of section 11. */
export type Level = (typeof LEVELS)[number];

/** The revision of the protocol that this referee measures. */
export const REVISION = '0.2';

const SEGMENT = '[a-z0-9]+(?:[-_.][a-z0-9]+)*';
export const GROUP_ID_PATTERN = `^${SEGMENT}/${SEGMENT}$`;
const CASE_ID_PATTERN = `^${SEGMENT}/${SEGMENT}/${SEGMENT}$`;
const REQUIREMENT_PATTERN = '^WCP-[0-9]+(?:\\.[0-9]+)?-[0-9]+$';
export const SECTION_PATTERN = '^[0-9]+(?:\\.[0-9]+)?$';

/** A closed object: what is not listed is refused. */
export const closed = <P extends Record<string, TSchema>>(properties: P, options: object = {}) =>
  Type.Object(properties, { ...options, additionalProperties: false });

export const level = Type.Enum([...LEVELS]);
export const caseId = Type.String({ pattern: CASE_ID_PATTERN, maxLength: 200 });
/** The id of a numbered statement of the text. */
export const requirement = Type.String({ pattern: REQUIREMENT_PATTERN });
export const sentence = Type.String({ minLength: 1 });
export const nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
export const listOf = <T extends TSchema>(schema: T) => Type.Array(schema, { uniqueItems: true });
