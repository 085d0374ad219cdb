import { describe, expect, it } from 'vitest';
import { wcp } from '../../support/support.ts';
import { openTestHall } from '../../support/test-hall.ts';

describe('keys', () => {
  it('Keys are created, shown once, rotated and revoked.', async () => {
    const { as, json, url } = await openTestHall();
    const args = ['keys', 'create', '--label', 'the desk', '--role', 'steward', 'auditor'];
    const { json: made } = await json('admin', args);
    const works = (key: string) => wcp(['freezes', '--url', url, '--key', key]);
    expect((await works(made.key)).code).toBe(0);
    const { json: list } = await json('admin', ['keys', 'list']);
    const row = list.items.find((each: { key_id: string }) => each.key_id === made.key_id);
    expect(row).toMatchObject({ label: 'the desk', roles: ['steward', 'auditor'], state: 'active' });
    expect(JSON.stringify(list)).not.toContain(made.key.slice(-43));
    const rotated = await json('admin', ['keys', 'rotate', made.key_id, '--grace', '60']);
    expect((await works(made.key)).code).toBe(0);
    expect((await works(rotated.json.key)).code).toBe(0);
    await as('admin', ['keys', 'revoke', made.key_id]);
    expect((await works(made.key)).err).toBe(
      'error UNAUTHENTICATED: Send a valid key: `Authorization: Bearer wcp_…`. Give a key with --key or WCP_HALL_KEY.\n',
    );
  });

  it('The keys commands exit 1 for an unknown key, and 2 if the tenant is missing or the role is unknown.', async () => {
    const { as } = await openTestHall();
    const create = ['keys', 'create', '--label', 'x', '--role'];
    expect((await as('admin', ['keys', 'rotate', 'nothing'])).code).toBe(1);
    expect((await as('admin', ['keys', 'revoke', 'nothing'])).code).toBe(1);
    const without = await as('admin', [...create, 'tenant']);
    expect(without.err).toContain('error MISSING_MEMBER: /tenant_id: The role tenant needs');
    expect([without.code, (await as('admin', [...create, 'king'])).code]).toEqual([2, 2]);
    expect((await as('steward', [...create, 'auditor'])).err).toContain('error FORBIDDEN');
  });
});
