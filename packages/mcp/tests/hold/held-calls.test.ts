import { describe, expect, test } from 'vitest';
import type { HeldOutcome } from '../../src/base/gateway.ts';
import { type CallIdentity, HeldCalls } from '../../src/hold/held-calls.ts';

const NOW = Date.parse('2026-01-01T00:00:00.000Z');
const heldOf = (approval_id: string, expires_at = '2026-01-01T00:01:00.000Z'): HeldOutcome => ({
  kind: 'held',
  approval_id,
  url: 'http://127.0.0.1/',
  expires_at,
  message: '',
  request_state: approval_id,
});
const CALL: CallIdentity = {
  caller: { tenant_id: 'acme', key_id: 'key:a' },
  subject: 'write',
  arguments: { a: 1, b: 2 },
};

describe('The hold of a call without a state', () => {
  test('Is found by the same call, and used by one at a time', () => {
    const calls = new HeldCalls(undefined, [], () => NOW);
    void calls.giveBack(calls.keptOf(CALL, heldOf('one')));
    expect(calls.take({ ...CALL, arguments: { b: 2, a: 1 } })?.request_state).toBe('one');
    expect(calls.take(CALL)).toBeNull();
  });

  test.each([
    ['another tenant', { caller: { tenant_id: 'other', key_id: 'key:a' } }],
    ['another key of its tenant', { caller: { tenant_id: 'acme', key_id: 'key:b' } }],
    ['another tool', { subject: 'read' }],
    ['other arguments', { arguments: { a: 1 } }],
    ['no arguments', { arguments: undefined }],
  ])('Is not found by %s', (_, change) => {
    const calls = new HeldCalls(undefined, [], () => NOW);
    void calls.giveBack(calls.keptOf(CALL, heldOf('one')));
    expect(calls.take({ ...CALL, ...change })).toBeNull();
    expect(calls.take(CALL)).not.toBeNull();
  });

  test('Is found for five minutes after its approval expired, for one approved in the last moment, and no longer', async () => {
    let now = NOW;
    const calls = new HeldCalls(undefined, [], () => now);
    void calls.giveBack(calls.keptOf(CALL, heldOf('one')));
    now += 60_000;
    const kept = calls.take(CALL);
    expect(kept).not.toBeNull();
    if (kept !== null) await calls.giveBack(kept);
    now += 300_000;
    expect(calls.take(CALL)).toBeNull();
    void calls.giveBack(calls.keptOf(CALL, heldOf('two', 'never')));
    expect(calls.take(CALL)).toBeNull();
  });

  test('Makes room for later ones of its tenant, and never for those of another', () => {
    const calls = new HeldCalls(undefined, [], () => NOW);
    const other = { ...CALL, caller: { tenant_id: 'other', key_id: 'key:o' } };
    void calls.giveBack(calls.keptOf(other, heldOf('other')));
    for (let count = 0; count <= 256; count += 1)
      void calls.giveBack(calls.keptOf({ ...CALL, arguments: { count } }, heldOf(`${count}`)));
    expect(calls.take({ ...CALL, arguments: { count: 0 } })).toBeNull();
    expect(calls.take({ ...CALL, arguments: { count: 1 } })).not.toBeNull();
    expect(calls.take(other)?.request_state).toBe('other');
  });
});
