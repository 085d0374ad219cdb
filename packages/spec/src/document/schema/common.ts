import { type TSchema, Type } from 'typebox';
import { ID_PATTERNS, type IdKind } from '../../id/id.ts';
import { WORST_DIMENSION } from '../table/blast.ts';
import { DATA_LABELS, ENVS, QOS_CLASSES, TENANT_RISKS } from '../table/classification.ts';
import { SUPERVISOR_LEVELS } from '../table/supervisor-level.ts';

/** Opaque ids: tenants, correlations, rules (R3). */
export const OPAQUE_ID_PATTERN = '^[A-Za-z0-9._:@/-]{1,128}$';
/** A catalog version, with or without its catalog's name (section 13, "Documents"). */
export const CATALOG_VERSION_PATTERN =
  '^(?:wcp-catalog@)?(?:0|[1-9][0-9]{0,8})(?:\\.(?:0|[1-9][0-9]{0,8})){2}$';
const HASH_PATTERN = '^sha256:[0-9a-f]{64}$';
const HASH_READ_PATTERN = '^(?:sha256:)?[0-9a-f]{64}$';
const TIME_PATTERN = '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\\.[0-9]{1,9})?Z$';
/** A UUID, in either case (section 4.4). */
export const UUID_PATTERN = '^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$';

/** A closed object: a member that is not listed is an error in the document. */
export const closed = <P extends Record<string, TSchema>>(properties: P, options: object = {}) =>
  Type.Object(properties, { ...options, additionalProperties: false });

/** An id of one kind; `x-wcp-id` marks it for readers, which normalise its spelling. */
export const id = (kind: IdKind, options: object = {}) =>
  Type.String({ pattern: ID_PATTERNS[kind], maxLength: 64, 'x-wcp-id': kind, ...options });

/** A hash as it may be written in a document: the prefix may be missing (R8). */
export const hashRead = (options: object = {}) =>
  Type.String({ pattern: HASH_READ_PATTERN, 'x-wcp-hash': true, ...options });

/** A hash as the Hall writes it. */
export const hashWritten = (options: object = {}) => Type.String({ pattern: HASH_PATTERN, ...options });

/** A value or null. */
export const nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
/** A tenant, a correlation or a rule. */
export const opaqueId = (options: object = {}) => Type.String({ pattern: OPAQUE_ID_PATTERN, ...options });
/** One of {@link ENVS}. */
export const env = Type.Enum([...ENVS]);
/** One of {@link DATA_LABELS}. */
export const dataLabel = Type.Enum([...DATA_LABELS]);
/** One of {@link TENANT_RISKS}. */
export const tenantRisk = Type.Enum([...TENANT_RISKS]);
/** One of {@link QOS_CLASSES}. */
export const qosClass = Type.Enum([...QOS_CLASSES]);
/** One of {@link SUPERVISOR_LEVELS}. */
export const supervisorLevel = Type.Enum([...SUPERVISOR_LEVELS]);
/** An instant, as far as a pattern can tell; whether the calendar has it is `isTime`'s to say. */
export const time = (options: object = {}) => Type.String({ pattern: TIME_PATTERN, ...options });
/** A catalog version. */
export const catalogVersion = Type.String({ pattern: CATALOG_VERSION_PATTERN });
/** A blast score or a limit of one. */
export const score100 = Type.Integer({ minimum: 0, maximum: 100 });
/** One dimension of a blast radius. */
export const dimension = Type.Integer({ minimum: 0, maximum: WORST_DIMENSION });
/** An object whose content is the caller's. */
export const free = (options: object = {}) => Type.Object({}, { ...options, additionalProperties: true });
/** One optional value per environment. */
export const byEnv = <T extends TSchema>(schema: T) =>
  closed({
    dev: Type.Optional(schema),
    stage: Type.Optional(schema),
    prod: Type.Optional(schema),
    edge: Type.Optional(schema),
  });
/** A list in which order and repetition mean nothing; it is written sorted and without repetition. */
export const setOf = <T extends TSchema>(schema: T) => Type.Array(schema, { uniqueItems: true });
