import { describe, expect, test } from 'vitest';
import { argumentsDigest, createRequestStates } from '../../src/hold/request-state.ts';
import { createTaskIds, type SealedTask } from '../../src/hold/task-ids.ts';

const key = new Uint8Array(32).fill(3);
const TASK: SealedTask = {
  kind: 'held',
  tenant_id: 'acme',
  capability_id: 'x.local.mcp-files.write',
  approval_id: 'approval-1',
  expires_at: '2026-11-30T12:00:00.000Z',
};
const at = (time: string) => createTaskIds({ key, now: () => Date.parse(time) });

describe('The id of a task', () => {
  test('Is opened by its own tenant until it expires, also by another process with the same key.', () => {
    const id = at('2026-11-30T11:00:00Z').seal(TASK);
    expect(at('2026-11-30T11:59:59.999Z').open(id, 'acme')).toEqual({ ok: true, task: TASK });
    expect(at('2026-11-30T12:00:00.000Z').open(id, 'acme')).toEqual({ ok: false, fault: 'expired' });
  });

  test('Of another tenant is as unknown as one that never was, also where it has expired.', () => {
    const id = at('2026-11-30T11:00:00Z').seal(TASK);
    for (const time of ['2026-11-30T11:00:00Z', '2026-11-30T13:00:00Z']) {
      expect(at(time).open(id, 'other')).toEqual({ ok: false, fault: 'unknown' });
      expect(at(time).open('v1.e30.AAAA', 'other')).toEqual({ ok: false, fault: 'unknown' });
    }
  });

  test('Counts for nothing once a single character of it is another, or its key is.', () => {
    const ids = at('2026-11-30T11:00:00Z');
    const id = ids.seal(TASK);
    for (let index = 0; index < id.length; index += 1) {
      const changed = id.slice(0, index) + (id[index] === 'A' ? 'B' : 'A') + id.slice(index + 1);
      expect(ids.open(changed, 'acme'), changed).toEqual({ ok: false, fault: 'unknown' });
    }
    const other = createTaskIds({ key: new Uint8Array(32).fill(4), now: () => 0 });
    expect(other.open(id, 'acme')).toEqual({ ok: false, fault: 'unknown' });
  });

  test('Is no request state, and a request state is no id of a task, though both come of one key.', () => {
    const ids = at('2026-11-30T11:00:00Z');
    const states = createRequestStates({ key, now: () => 0 });
    const call = { tenant_id: 'acme', subject: 'write', arguments_digest: argumentsDigest({}) };
    const state = states.seal({ ...call, approval_id: 'approval-1', expires_at: TASK.expires_at });
    expect(ids.open(state, 'acme')).toEqual({ ok: false, fault: 'unknown' });
    expect(states.open(ids.seal(TASK), call)).toEqual({ ok: false, fault: 'forged' });
  });

  test('Of several thousand characters, or of none, is unknown without being read.', () => {
    const ids = at('2026-11-30T11:00:00Z');
    for (const text of ['', '.', '..', 'v1..', `v1.${'A'.repeat(5_000)}.AAAA`]) {
      expect(ids.open(text, 'acme')).toEqual({ ok: false, fault: 'unknown' });
    }
  });
});
