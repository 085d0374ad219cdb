import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inputFor } from '../support/documents.ts';
import { TestHall } from '../support/test-hall.ts';
import { CAPABILITIES } from '../support/workers.ts';
import { ROWS } from './access-rows.ts';

let hall: TestHall;
beforeAll(async () => {
  hall = await TestHall.open({ isOpen: true });
});
afterAll(() => hall.close());

describe('a Hall without keys', () => {
  test('An open Hall serves dev to everybody, for any tenant.', async () => {
    for (const tenant of ['tenant-a', 'anyone']) {
      const { status, json } = await hall.post('nobody', '/wcp/dispatch', inputFor(tenant));
      expect([status, json.decision.outcome]).toEqual([200, 'DISPATCH']);
    }
  });

  test.each(['stage', 'prod', 'edge', 'PROD', 'anything'])('An open Hall does not serve %s.', async (env) => {
    for (const url of ['/wcp/route', '/wcp/dispatch']) {
      const { status, json } = await hall.post('nobody', url, inputFor('tenant-a', { env }));
      expect([status, json.code]).toEqual([403, 'OPEN_HALL_DEV_ONLY']);
    }
  });

  test('An environment that is not text is denied.', async () => {
    for (const env of [null, ['prod'], 1]) {
      const { json } = await hall.post('nobody', '/wcp/dispatch', inputFor('tenant-a', { env }));
      expect(json.decision.deny_code).toBe('DENY_INVALID_INPUT');
    }
  });

  test('Everybody may read, and nobody may change anything.', async () => {
    for (const { route, call, who } of ROWS) {
      const [method, path = ''] = route.split(' ');
      const isReading = method === 'GET' && !path.includes(':') && path !== '/wcp/events';
      if (isReading) {
        const { status } = await hall.get('nobody', (await call(hall)).url);
        expect([route, status === 403, status === 401]).toEqual([route, !who.includes('auditor'), false]);
      }
    }
    const changes: [string, unknown][] = [
      ['/wcp/keys', { label: 'mine', roles: ['admin'] }],
      ['/wcp/freeze', { scope: 'hall', reason: 'x' }],
      ['/wcp/workers', { record: hall.delivery.record }],
      ['/wcp/authorities', { authority: 'org.acme', public_key: 'a'.repeat(64) }],
    ];
    for (const [url, body] of changes) {
      expect((await hall.post('nobody', url, body)).json.code).toBe('FORBIDDEN');
    }
  });

  test('Nobody may approve anything.', async () => {
    const input = inputFor('tenant-a', { capability_id: CAPABILITIES.held });
    const held = await hall.post('nobody', '/wcp/dispatch', input);
    expect(held.status).toBe(202);
    const resolved = await hall.resolve('nobody', held.json.decision.pending_approval_id);
    expect(resolved.json.code).toBe('FORBIDDEN');
  });

  test('The health says that the Hall is open, and that this is not WCP-Full.', async () => {
    const { json } = await hall.get('nobody', '/wcp/health');
    expect([json.is_open, json.level]).toEqual([true, 'WCP-Standard']);
    expect(json.missing.map(({ reason }: { reason: string }) => reason)).toContain(
      'No API key and no issuer is configured: anybody may ask, in dev alone.',
    );
  });

  test('A key that the Hall never issued authenticates nobody.', async () => {
    hall.keys.set('tenant', `wcp_${'a'.repeat(12)}_${'b'.repeat(43)}`);
    expect((await hall.post('tenant', '/wcp/route', inputFor('tenant-a'))).status).toBe(401);
  });

  test('The first key closes an open Hall, and revoking it does not open the Hall again.', async () => {
    const { keys } = hall.hall.parts.identity;
    const { key_id } = await keys.create({ label: 'first', roles: ['admin'] });
    expect((await hall.post('nobody', '/wcp/route', inputFor('tenant-a'))).status).toBe(401);
    await keys.revoke(key_id);
    expect((await hall.post('nobody', '/wcp/route', inputFor('tenant-a'))).status).toBe(401);
    expect((await hall.get('nobody', '/wcp/health')).json.is_open).toBe(false);
  });
});
