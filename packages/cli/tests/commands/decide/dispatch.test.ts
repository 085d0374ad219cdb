import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
// @boundaries-ignore What a Hall keeps is seen from inside alone.
import { partsOf } from '../../../../hall/src/hall/create-hall.ts';
import { folderOf, REQUEST, wcp } from '../../support/support.ts';
import { DENIED, HELD, openTestHall } from '../../support/test-hall.ts';

const text = JSON.stringify;

describe('dispatch', () => {
  it('The command dispatch exits 0 and shows the result if the worker succeeded.', async () => {
    const { as, json } = await openTestHall();
    const { code, out } = await as('tenant', ['dispatch', '-'], text(REQUEST));
    expect(out).toMatch(/^DISPATCH {2}cap\.doc\.summarize$/m);
    expect(out).toMatch(/^ +outcome +ok$/m);
    expect(out).toContain('"summary": "done"');
    expect(code).toBe(0);
    const answer = await json('tenant', ['dispatch', '-'], text(REQUEST));
    expect(answer).toMatchObject({ code: 0, json: { result: { status: 'ok' }, delivery_code: null } });
  });

  it('The command dispatch exits 1 if the request is denied or held, or the worker failed.', async () => {
    const { as } = await openTestHall();
    const denied = await as('tenant', ['dispatch', '-'], text(DENIED));
    expect(denied).toMatchObject({ code: 1, out: expect.stringContaining('DENY_NO_MATCHING_RULE') });
    const held = await as('tenant', ['dispatch', '-'], text(HELD));
    expect(held.out).toMatch(/waits +for a steward: wcp approvals approve [0-9a-f-]{36}/);
    const failed = await as('tenant', ['dispatch', '-'], text({ ...REQUEST, request: { fail: true } }));
    expect(failed.out).toMatch(
      /delivery +DELIVERY_CRASHED: The worker got the call and ended before it answered\./,
    );
    expect([denied.code, held.code, failed.code]).toEqual([1, 1, 1]);
  });

  it('The command dispatch shows what is wrong with a request at its place in the file.', async () => {
    const { as } = await openTestHall();
    const file = join(folderOf({ 'r.json': { ...REQUEST, env: 'moon' } }), 'r.json');
    const { code, out } = await as('tenant', ['dispatch', file]);
    expect(out).toMatch(/r\.json:3:10: \/env INVALID_VALUE/);
    expect(code).toBe(1);
  });

  it('The command dispatch exits 2 for invalid JSON, for another tenant, and without the role to send requests.', async () => {
    const { as } = await openTestHall();
    const ran = [
      await as('tenant', ['dispatch', '-'], '{'),
      await as('other', ['dispatch', '-'], text(REQUEST)),
      await as('steward', ['dispatch', '-'], text(REQUEST)),
    ];
    expect(ran.map(({ code, out }) => [code, out])).toEqual([
      [2, ''],
      [2, ''],
      [2, ''],
    ]);
    expect(ran[0]?.err).toContain('standard input:1:2: error NOT_JSON');
    expect(ran[1]?.err).toBe('error TENANT_MISMATCH: You may act only for tenant-b.\n');
    expect(ran[2]?.err).toContain('error FORBIDDEN: This needs the role tenant');
  });
});

describe('route at a Hall', () => {
  it('The command route decides at the Hall and executes nothing.', async () => {
    const { as, hall } = await openTestHall();
    const { code, out } = await as('tenant', ['route', '-'], text(REQUEST));
    expect(out).toMatch(/^DISPATCH/);
    expect(code).toBe(0);
    const receipts = await partsOf(hall).storage.store.list('receipts', { where: { stream: 'tenant-a' } });
    expect(receipts.map(({ kind }) => kind)).toEqual(['decision']);
  });

  it('The command route exits 2 if neither rules nor a Hall are given.', async () => {
    const { code, err } = await wcp(['route', '-'], { input: text(REQUEST) });
    expect(err).toContain('Say where to decide');
    expect(code).toBe(2);
  });
});
