import { describe, expect, test } from 'vitest';
import { argumentsDigest, createRequestStates } from '../../src/hold/request-state.ts';

const key = new Uint8Array(32).fill(1);
const NOW = Date.parse('2026-01-01T00:00:00.000Z');
const states = createRequestStates({ key, now: () => NOW });
const CALL = { tenant_id: 'acme', subject: 'write', arguments_digest: argumentsDigest({ a: 1 }) };
const HELD = { ...CALL, approval_id: 'approval-1', expires_at: '2026-01-01T00:01:00.000Z' };
const STATE = states.seal(HELD);

describe('A request state', () => {
  test('Opens for the call that it was sealed for, also in another process with the same key', () => {
    expect(states.open(STATE, CALL)).toEqual({ ok: true, held: HELD });
    const later = createRequestStates({ key, now: () => NOW });
    expect(later.open(STATE, { ...CALL, arguments_digest: argumentsDigest({ a: 1 }) }).ok).toBe(true);
  });

  test.each([
    ['another tenant', { tenant_id: 'other' }, 'other_tenant'],
    ['another tool', { subject: 'delete' }, 'other_call'],
    ['other arguments', { arguments_digest: argumentsDigest({ a: 2 }) }, 'other_call'],
    ['no arguments', { arguments_digest: argumentsDigest(undefined) }, 'other_call'],
  ])('Does not open for %s', (_, change, fault) => {
    expect(states.open(STATE, { ...CALL, ...change })).toEqual({ ok: false, fault });
  });

  test('Does not open once it has expired, nor with a time that is none', () => {
    const late = createRequestStates({ key, now: () => NOW + 60_000 });
    expect(late.open(STATE, CALL)).toMatchObject({ ok: false, fault: 'expired' });
    const timeless = states.seal({ ...HELD, expires_at: 'never' });
    expect(states.open(timeless, CALL)).toMatchObject({ ok: false, fault: 'expired' });
  });

  test('Does not open where one character of it was changed', () => {
    for (let at = 0; at < STATE.length; at += 1) {
      const other = STATE[at] === 'A' ? 'B' : 'A';
      const forged = STATE.slice(0, at) + other + STATE.slice(at + 1);
      expect(states.open(forged, CALL)).toEqual({ ok: false, fault: 'forged' });
    }
  });

  test.each([
    '',
    'v1',
    'v1..',
    `${STATE}.`,
    `${STATE}=`,
    STATE.replace('v1', 'v2'),
    'x'.repeat(5_000),
    `${STATE}\n`,
  ])('Does not open as %j', (text) => {
    expect(states.open(text, CALL)).toEqual({ ok: false, fault: 'forged' });
  });

  test('Does not open with another key, and needs a key of 32 bytes', () => {
    const other = createRequestStates({ key: new Uint8Array(32).fill(2), now: () => NOW });
    expect(other.open(STATE, CALL)).toEqual({ ok: false, fault: 'forged' });
    expect(() => createRequestStates({ key: new Uint8Array(31) })).toThrow(RangeError);
  });
});

describe('The digest of arguments', () => {
  test('Is that of the value, not of its text', () => {
    expect(argumentsDigest({ b: 1, a: [2] })).toBe(argumentsDigest({ a: [2], b: 1 }));
    expect(argumentsDigest({ a: 1 })).not.toBe(argumentsDigest({ a: '1' }));
    expect(argumentsDigest(undefined)).not.toBe(argumentsDigest({}));
    expect(argumentsDigest([])).not.toBe(argumentsDigest(undefined));
  });
});
