// Section 4.4.
import { LEVELS } from './ids.ts';
import {
  type Check,
  canonical,
  isBoolean,
  isHash,
  isInteger,
  isObject,
  isText,
  listOf,
  type Obj,
  oneOf,
  orNull,
  own,
  shape,
} from './json.ts';

interface Approval {
  readonly id: string;
  readonly level: string;
  readonly resolver: string;
  readonly decision_digest: string;
}

export interface Facts {
  readonly now: string;
  readonly decision_id: string;
  readonly workers?: Obj;
  readonly banned_hashes?: readonly string[];
  readonly chain?: { readonly blast_score?: number; readonly depth?: number };
  readonly policy?: unknown;
  readonly credential?: { readonly valid: boolean; readonly tenant_id?: string | null } | null;
  readonly approval?: Approval | null;
  readonly frozen?: Obj | null;
  readonly 'x.spent'?: Obj;
}

const NOW = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(\.\d{1,9})?Z$/;

/** `YYYY-MM-DDTHH:MM:SS[.digits]Z` that exists. */
export const isNow: Check = (value) => {
  const parts = typeof value === 'string' ? NOW.exec(value) : null;
  if (parts === null) return false;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1, 7).map(Number);
  const dayExists = month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month);
  return year >= 1 && dayExists && hour <= 23 && minute <= 59 && second <= 59;
};

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

export const isUuid: Check = (value) =>
  typeof value === 'string' && /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(value);

const isWorkerEntry = shape({ available: isBoolean, current_hash: orNull(isText), signed: isBoolean });

const isFacts = shape(
  {
    now: isNow,
    decision_id: isUuid,
    workers: (value) => isObject(value) && Object.values(value).every(isWorkerEntry),
    banned_hashes: listOf(isHash),
    chain: shape({ blast_score: isInteger(0), depth: isInteger(0) }),
    policy: () => true,
    credential: orNull(
      shape({ valid: isBoolean, tenant_id: orNull(isText), reason: orNull(isText) }, ['valid']),
    ),
    approval: orNull(
      shape({ id: isText, level: oneOf(LEVELS), resolver: isText, decision_digest: isHash }, [
        'id',
        'level',
        'resolver',
        'decision_digest',
      ]),
    ),
    'x.spent': (value) =>
      isObject(value) &&
      Object.values(value).every(
        (amounts) => isObject(amounts) && Object.values(amounts).every(isInteger(0, Number.MAX_SAFE_INTEGER)),
      ),
    frozen: orNull(shape({ scope: isText, reason: isText }, ['scope', 'reason'])),
  },
  ['now', 'decision_id'],
);

/** Whether facts have the form of section 4.4. */
/** JSON throughout, the policy apart: whatever it is, step 13 judges it. */
export const factsAreValid: Check = (facts) =>
  canonical(isObject(facts) ? { ...facts, policy: null } : facts) !== null && isFacts(facts);

/** What was observed of one worker: available, without a hash and unsigned where nothing is said. */
export function observed(facts: Facts, workerId: string) {
  const entry = own(facts.workers, workerId);
  return {
    available: own(entry, 'available') !== false,
    current_hash: own(entry, 'current_hash') ?? null,
    signed: own(entry, 'signed') === true,
  };
}

/** `now` plus seconds, in the same form, its fraction kept as written. */
export function plusSeconds(now: string, seconds: number): string {
  const [whole = '', fraction] = now.slice(0, -1).split('.');
  const moved = new Date(Date.parse(`${whole}Z`) + seconds * 1000).toISOString().slice(0, 19);
  return fraction === undefined ? `${moved}Z` : `${moved}.${fraction}Z`;
}
