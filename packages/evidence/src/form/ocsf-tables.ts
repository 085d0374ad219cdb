import type { Receipt } from '@wcp/spec';

type ClassUid = 3004 | 6003;

/** How the receipts of a kind become events. */
export interface OcsfKind {
  readonly classUid: ClassUid;
  readonly activityId: number;
  readonly activity: string;
  /** The type of the entity that is managed. */
  readonly entity?: string;
  /** Where it does not follow from how it went. */
  readonly severity?: keyof typeof SEVERITIES;
}

interface OcsfClass {
  readonly name: string;
  readonly categoryUid: number;
  readonly categoryName: string;
}

/** The classes of OCSF that receipts fit. */
export const OCSF_CLASSES: Readonly<Record<ClassUid, OcsfClass>> = {
  3004: { name: 'Entity Management', categoryUid: 3, categoryName: 'Identity & Access Management' },
  6003: { name: 'API Activity', categoryUid: 6, categoryName: 'Application Activity' },
};

const OTHER = 99;
const UPDATE = 3;
const DELETE = 4;

const KINDS: Readonly<Record<Receipt['kind'], OcsfKind>> = {
  decision: { classUid: 6003, activityId: OTHER, activity: 'Decide' },
  outcome: { classUid: 6003, activityId: OTHER, activity: 'Execute' },
  approval: { classUid: 6003, activityId: OTHER, activity: 'Review' },
  enrolment: { classUid: 3004, activityId: UPDATE, activity: 'Update', entity: 'worker' },
  key: { classUid: 3004, activityId: UPDATE, activity: 'Update', entity: 'log key', severity: 3 },
  erasure: { classUid: 3004, activityId: DELETE, activity: 'Delete', entity: 'payload', severity: 2 },
  restore: { classUid: 3004, activityId: OTHER, activity: 'Restore', entity: 'log', severity: 3 },
};

/** How the receipts of each kind become events. */
export const OCSF_KINDS: ReadonlyMap<string, OcsfKind> = new Map(Object.entries(KINDS));

/** The severities that occur. */
export const SEVERITIES = { 1: 'Informational', 2: 'Low', 3: 'Medium' } as const;

interface OcsfStatus {
  readonly id: number;
  readonly name: string;
  readonly severity: keyof typeof SEVERITIES;
}

/** By the status of an outcome, else by the policy decision; receipts that have neither say what happened. */
export const STATUSES: ReadonlyMap<string, OcsfStatus> = new Map([
  ['', { id: 1, name: 'Success', severity: 1 }],
  ['ALLOW', { id: 1, name: 'Success', severity: 1 }],
  ['DENY', { id: 2, name: 'Failure', severity: 2 }],
  ['REQUIRE_HUMAN', { id: 99, name: 'Held', severity: 1 }],
  ['ok', { id: 1, name: 'Success', severity: 1 }],
  ['error', { id: 2, name: 'Failure', severity: 2 }],
  ['timeout', { id: 2, name: 'Failure', severity: 2 }],
  ['unknown', { id: 0, name: 'Unknown', severity: 2 }],
]);
