import { expect, test } from 'vitest';
import {
  ANY_ROLE,
  FREEZE_SCOPES,
  HALL_EVENTS,
  OVERSEERS,
  PROBLEMS,
  READERS,
  ROLES,
} from '../../src/hall/index.ts';

// What clients hold on to: a change here is a decision.

test('The roles and the groups that are made from them are these.', () => {
  expect(ROLES).toEqual(['tenant', 'worker-owner', 'worker', 'steward', 'auditor', 'admin']);
  expect(ANY_ROLE).toEqual(ROLES);
  expect(OVERSEERS).toEqual(['steward', 'auditor', 'admin']);
  expect(READERS).toEqual(['tenant', 'steward', 'auditor', 'admin']);
});

test('The scopes of a freeze are these.', () => {
  expect(FREEZE_SCOPES).toEqual(['hall', 'tenant', 'correlation']);
});

test('The events of a Hall are these, each named once in its namespace.', () => {
  expect(new Set(HALL_EVENTS).size).toBe(HALL_EVENTS.length);
  for (const event_id of HALL_EVENTS) expect(event_id).toMatch(/^org\.wcp\.hall\.[a-z-]+$/);
  expect(HALL_EVENTS).toHaveLength(18);
});

test('The problem codes have these HTTP statuses.', () => {
  const entries = Object.entries(PROBLEMS);
  const withStatus = (status: number) => entries.filter(([, problem]) => problem.status === status);
  const codes = Object.fromEntries(
    entries.map(([, { status }]) => [status, withStatus(status).map(([code]) => code)]),
  );
  expect(codes).toEqual({
    400: ['INVALID_BODY', 'INVALID_QUERY', 'INVALID_REQUEST'],
    401: ['UNAUTHENTICATED', 'PERMIT_UNKNOWN'],
    403: [
      'FORBIDDEN',
      'TENANT_MISMATCH',
      'OPEN_HALL_DEV_ONLY',
      'APPROVAL_UNCONFIRMED',
      'APPROVAL_SELF',
      'ENROLMENT_UNSIGNED',
      'ENROLMENT_SIGNATURE_INVALID',
      'BAN_LIST_KEY_UNKNOWN',
      'BAN_LIST_SIGNATURE_INVALID',
    ],
    404: ['NOT_FOUND'],
    409: [
      'ENROLMENT_OUTDATED',
      'BAN_LIST_FROM_FUTURE',
      'BAN_LIST_ROLLED_BACK',
      'BAN_LIST_STALE',
      'CONFLICT',
      'APPROVAL_COUNTED',
      'APPROVAL_RESOLVED',
    ],
    410: ['APPROVAL_EXPIRED', 'NOT_HELD'],
    413: ['BODY_TOO_LARGE'],
    415: ['UNSUPPORTED_MEDIA_TYPE'],
    422: ['IDEMPOTENCY_MISMATCH'],
    429: ['RATE_LIMITED', 'CHAIN_TOO_LONG'],
    500: ['INTERNAL'],
    503: ['STORE_FAILED', 'STORE_TAMPERED', 'ARCHIVE_UNAVAILABLE', 'PAYLOAD_LOST', 'CLOCK_WENT_BACK'],
  });
});

test('Every title is a phrase that begins with a capital and has no full stop.', () => {
  for (const { title } of Object.values(PROBLEMS)) expect(title).toMatch(/^[A-Z][^.]+$/);
});
