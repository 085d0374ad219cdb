import { FREEZE_SCOPES, HALL_EVENTS, PROBLEMS, ROLES } from '@wcp/spec/hall';
import { expect, test } from 'vitest';
import { TABLES } from '../src/storage/store/tables.ts';

// What clients and stores hold on to: a change here is a decision.

test('Refusals have these codes and statuses.', () => {
  const statuses = Object.entries(PROBLEMS).map(([code, { status }]) => [code, status]);
  expect(Object.fromEntries(statuses)).toEqual({
    INVALID_BODY: 400,
    INVALID_QUERY: 400,
    INVALID_REQUEST: 400,
    UNAUTHENTICATED: 401,
    PERMIT_UNKNOWN: 401,
    FORBIDDEN: 403,
    TENANT_MISMATCH: 403,
    OPEN_HALL_DEV_ONLY: 403,
    APPROVAL_SELF: 403,
    ENROLMENT_UNSIGNED: 403,
    ENROLMENT_SIGNATURE_INVALID: 403,
    BAN_LIST_KEY_UNKNOWN: 403,
    BAN_LIST_SIGNATURE_INVALID: 403,
    NOT_FOUND: 404,
    APPROVAL_COUNTED: 409,
    APPROVAL_UNCONFIRMED: 403,
    CONFLICT: 409,
    ENROLMENT_OUTDATED: 409,
    BAN_LIST_FROM_FUTURE: 409,
    BAN_LIST_ROLLED_BACK: 409,
    BAN_LIST_STALE: 409,
    APPROVAL_RESOLVED: 409,
    APPROVAL_EXPIRED: 410,
    NOT_HELD: 410,
    BODY_TOO_LARGE: 413,
    UNSUPPORTED_MEDIA_TYPE: 415,
    IDEMPOTENCY_MISMATCH: 422,
    RATE_LIMITED: 429,
    CHAIN_TOO_LONG: 429,
    INTERNAL: 500,
    STORE_FAILED: 503,
    STORE_TAMPERED: 503,
    ARCHIVE_UNAVAILABLE: 503,
    PAYLOAD_LOST: 503,
    CLOCK_WENT_BACK: 503,
  });
});

test('The Hall has these events of its own.', () => {
  expect([...HALL_EVENTS].toSorted()).toEqual([
    'org.wcp.hall.approval-expired',
    'org.wcp.hall.approval-resolved',
    'org.wcp.hall.ban-list-current',
    'org.wcp.hall.ban-list-published',
    'org.wcp.hall.ban-list-stale',
    'org.wcp.hall.ban-list-taken',
    'org.wcp.hall.ban-list-withdrawn',
    'org.wcp.hall.cost-settled',
    'org.wcp.hall.documents-rejected',
    'org.wcp.hall.events-lost',
    'org.wcp.hall.frozen',
    'org.wcp.hall.passkey-registered',
    'org.wcp.hall.passkey-removed',
    'org.wcp.hall.released',
    'org.wcp.hall.worker-enrolled',
    'org.wcp.hall.worker-flagged',
    'org.wcp.hall.worker-removed',
    'org.wcp.hall.world-changed',
  ]);
});

test('These are the roles and the scopes of a freeze.', () => {
  expect(ROLES).toEqual(['tenant', 'worker-owner', 'worker', 'steward', 'auditor', 'admin']);
  expect(FREEZE_SCOPES).toEqual(['hall', 'tenant', 'correlation']);
});

test('Each table has its key first, and a receipt has one place in a stream.', () => {
  const keys = Object.entries(TABLES).map(([name, { columns }]) => [name, Object.keys(columns)[0]]);
  expect(Object.fromEntries(keys)).toMatchObject({
    receipts: 'position',
    decisions: 'position',
    events: 'id',
    approvals: 'id',
    heads: 'stream',
    chains: 'chain',
    worlds: 'digest',
  });
  expect(TABLES.receipts.unique).toEqual([['stream', 'seq']]);
});
