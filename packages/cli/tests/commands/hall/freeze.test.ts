import { describe, expect, it } from 'vitest';
import { REQUEST } from '../../support/support.ts';
import { openTestHall } from '../../support/test-hall.ts';

const text = JSON.stringify;

describe('freeze and release', () => {
  it('A frozen tenant is denied everything until it is released.', async () => {
    const { as } = await openTestHall();
    const stop = await as('steward', ['freeze', 'tenant', 'tenant-a', '--reason', 'taken over']);
    expect(stop).toMatchObject({ code: 0, out: 'The tenant tenant-a is frozen until it is released.\n' });
    const { out } = await as('tenant', ['dispatch', '-'], text(REQUEST));
    expect(out).toContain('DENY_FROZEN');
    expect(out.replaceAll(/\s+/g, ' ')).toContain('The reason given: "taken over".');
    expect((await as('steward', ['freezes'])).out).toContain('taken over');
    expect((await as('steward', ['release', 'tenant', 'tenant-a'])).code).toBe(0);
    expect((await as('tenant', ['dispatch', '-'], text(REQUEST))).code).toBe(0);
    expect((await as('steward', ['freezes'])).out).toBe('Nothing is frozen.\n');
    expect((await as('steward', ['release', 'hall'])).code).toBe(1);
  });

  it('The freeze commands name the tenant whose correlation is frozen.', async () => {
    const { as } = await openTestHall();
    const target = ['correlation', 'corr-9', '--tenant', 'tenant-a'];
    const stop = await as('steward', ['freeze', ...target, '--reason', 'taken over']);
    expect(stop.out).toBe('The correlation corr-9 of the tenant tenant-a is frozen until it is released.\n');
    expect((await as('steward', ['freezes'])).out).toContain('tenant-a');
    expect((await as('steward', ['release', ...target])).code).toBe(0);
  });

  it('The freeze commands exit 2 without a reason, with a superfluous id and without a necessary one.', async () => {
    const { as } = await openTestHall();
    const codes = await Promise.all(
      [
        ['freeze', 'hall'],
        ['freeze', 'hall', 'x', '--reason', 'y'],
        ['freeze', 'tenant', '--reason', 'y'],
        ['freeze', 'correlation', 'c', '--reason', 'y'],
        ['freeze', 'tenant', 't', '--tenant', 't', '--reason', 'y'],
      ].map(async (args) => (await as('steward', args)).code),
    );
    expect(codes).toEqual([2, 2, 2, 2, 2]);
  });
});
