import { generateKeyPairSync } from 'node:crypto';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inputFor, RULES, ruleFor } from '../support/documents.ts';
import { TestHall } from '../support/test-hall.ts';
import { CAPABILITIES } from '../support/workers.ts';

let hall: TestHall;
/** What tenant-a did, before anybody else looks. */
let ours: { readonly decision_id: string; readonly approval_id: string; readonly correlation_id: string };

beforeAll(async () => {
  hall = await TestHall.open();
  const dispatched = await hall.post('tenant', '/wcp/dispatch', inputFor('tenant-a', { request: { a: 1 } }));
  const { approval_id } = await hall.hold();
  const { decision_id, correlation_id } = dispatched.json.decision;
  ours = { decision_id, approval_id, correlation_id };
  await hall.post('foreigner', '/wcp/dispatch', inputFor('tenant-b'));
});
afterAll(() => hall.close());

describe('what a tenant may request', () => {
  test.each(['/wcp/route', '/wcp/dispatch'])(
    'The route %s refuses a request for another tenant, and decides nothing.',
    async (url) => {
      const { size: before } = (await hall.get('auditor', '/wcp/log')).json;
      for (const person of ['foreigner', 'both'] as const) {
        const input = inputFor(person === 'both' ? 'tenant-b' : 'tenant-a');
        const { status, json } = await hall.post(person, url, input);
        expect([status, json.code]).toEqual([403, 'TENANT_MISMATCH']);
        expect(JSON.stringify(json)).not.toContain('correlation');
      }
      expect((await hall.get('auditor', '/wcp/log')).json.size).toBe(before);
    },
  );

  test('A second spelling of a tenant’s own name is another name.', async () => {
    for (const name of ['TENANT-A', ' tenant-a', 'tenant-a ', 'tenant-a\u0000', '']) {
      expect((await hall.post('tenant', '/wcp/route', inputFor(name))).status).toBe(403);
    }
  });

  test('A tenant_id that is not text names nobody: it is decided about, and denied.', async () => {
    const before = hall.delivery.calls.length;
    for (const name of [null, 7, ['tenant-a'], { toString: 'tenant-a' }, true]) {
      const { json } = await hall.post('tenant', '/wcp/dispatch', inputFor('tenant-a', { tenant_id: name }));
      expect(json.decision).toMatchObject({ deny_code: 'DENY_INVALID_INPUT', tenant_id: null });
    }
    expect(hall.delivery.calls).toHaveLength(before);
  });
});

describe('members that are not text', () => {
  test.each([
    'tenant_id',
    'correlation_id',
    'capability_id',
    'env',
    'qos_class',
    'tenant_credential',
    'data_label',
  ])('A %s that is not text names nobody.', async (name) => {
    await hall.post('admin', '/wcp/freeze', {
      scope: 'correlation',
      value: 'null',
      tenant_id: 'null',
      reason: 'a test',
    });
    // Null stands for a credential that is absent (section 3).
    const nothing = name === 'tenant_credential' ? [] : [null];
    for (const value of [
      ...nothing,
      {},
      { toString: 'x' },
      { valueOf: 1, toString: 2 },
      [['a']],
      { __proto__: null },
    ]) {
      for (const url of ['/wcp/route', '/wcp/dispatch']) {
        const { status, json } = await hall.post('tenant', url, inputFor('tenant-a', { [name]: value }));
        const decision = json.decision ?? json;
        expect([status, decision.deny_code]).toEqual([
          url === '/wcp/route' ? 200 : 403,
          'DENY_INVALID_INPUT',
        ]);
      }
    }
  });
});

describe('the records of other tenants', () => {
  const lists = ['/wcp/decisions', '/wcp/receipts'] as const;

  test.each(lists)('The list %s holds only the tenant’s own records, whatever the filter.', async (url) => {
    const received = [
      '',
      `?correlation_id=${ours.correlation_id}`,
      '?tenant_id=tenant-a',
      '?stream=tenant-a',
    ];
    for (const query of received) {
      const { status, text, json } = await hall.get('foreigner', url + query);
      if (status === 400) continue;
      expect(text).not.toContain('tenant-a');
      expect(json.next_cursor).toBeNull();
      expect(json.items).toHaveLength(query === '' ? (url === '/wcp/decisions' ? 1 : 2) : 0);
    }
    const { json } = await hall.get('foreigner', `/wcp/receipts?decision_id=${ours.decision_id}`);
    expect(json.items).toEqual([]);
  });

  test('What is hidden and what does not exist get the same answer.', async () => {
    for (const [there, nowhere] of [
      [`/wcp/decisions/${ours.decision_id}`, '/wcp/decisions/01a21d58-0000-7000-8000-000000000000'],
      [`/wcp/approvals/${ours.approval_id}`, '/wcp/approvals/01a21d58-0000-7000-8000-000000000000'],
    ] as const) {
      const hidden = await hall.get('foreigner', there);
      const missing = await hall.get('foreigner', nowhere);
      expect(hidden.status).toBe(404);
      expect(hidden.text).toBe(missing.text);
      expect((await hall.get('tenant', there)).status).toBe(200);
    }
  });

  test('Overseers see the records of every tenant.', async () => {
    for (const person of ['steward', 'auditor', 'admin'] as const) {
      const { text } = await hall.get(person, '/wcp/decisions');
      expect(text).toContain('tenant-a');
      expect(text).toContain('tenant-b');
    }
  });

  test('A tenant’s page does not disclose how much others have.', async () => {
    const first = await hall.get('tenant', '/wcp/receipts?limit=1');
    expect(first.json.items).toHaveLength(1);
    const beyond = await hall.get('foreigner', '/wcp/receipts?cursor=0');
    expect(beyond.text).not.toContain('tenant-a');
  });
});

const latestLetter = async () => {
  const { items } = (await hall.get('admin', '/wcp/dead-letters?state=dead')).json;
  return items.at(-1).decision_id;
};

describe('principals that may not approve', () => {
  test('A tenant does not approve its own request, even if it is also a steward.', async () => {
    const { approval_id } = await hall.hold();
    for (const resolution of ['approve', 'deny', 'escalate']) {
      expect((await hall.resolve('tenant', approval_id, { resolution })).json.code).toBe('FORBIDDEN');
      expect((await hall.resolve('both', approval_id, { resolution })).json.code).toBe('APPROVAL_SELF');
    }
    const { json } = await hall.get('tenant', `/wcp/approvals/${approval_id}`);
    expect([json.state, json.history]).toEqual(['pending', []]);
  });

  test('A tenant does not approve another’s request, unless it is also a steward.', async () => {
    const input = inputFor('tenant-b', { capability_id: CAPABILITIES.held });
    const { json } = await hall.post('foreigner', '/wcp/dispatch', input);
    const id = json.decision.pending_approval_id;
    expect((await hall.resolve('tenant', id)).json.code).toBe('FORBIDDEN');
    expect((await hall.resolve('both', id)).status).toBe(200);
  });

  test('A key or a credential of the tenant does not approve its requests when narrowed to the role of a steward.', async () => {
    const { keys, issuers } = hall.hall.parts.identity;
    const narrow = await keys.create({ label: 'narrow', roles: ['steward'], tenant_id: 'tenant-a' });
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    await issuers.put({
      issuer: 'issuer.example',
      tenant_id: 'tenant-a',
      roles: ['tenant', 'steward'],
      keys: { keys: [publicKey.export({ format: 'jwk' })] },
    });
    const token = await new SignJWT({ roles: ['steward'] })
      .setProtectedHeader({ alg: 'EdDSA' })
      .setIssuer('issuer.example')
      .setSubject('ada')
      .setAudience('hall.example/log')
      .setIssuedAt()
      .setExpirationTime('5m')
      .sign(privateKey);
    for (const credential of [narrow.key, token]) {
      hall.keys.set('revoked', credential);
      const { approval_id } = await hall.hold();
      expect((await hall.get('revoked', '/wcp/approvals/pending')).status).toBe(200);
      expect((await hall.resolve('revoked', approval_id)).json.code).toBe('APPROVAL_SELF');
    }
  });

  test('A steward who replays a dead letter cannot approve what is then held, but another steward can.', async () => {
    const failing = { status: 'error', result: null, code: 'DELIVERY_CRASHED', duration_ms: 1 } as const;
    hall.delivery.answer = () => failing;
    const dispatched = await hall.post('tenant', '/wcp/dispatch', inputFor('tenant-a'));
    const { decision_id, capability_id } = dispatched.json.decision;
    await hall.hall.reload({ rules: [ruleFor(capability_id, { human_required_default: true })] });
    const replayed = await hall.ask('steward', 'POST', `/wcp/dead-letters/${decision_id}/replay`);
    expect(replayed.json.decision.outcome).toBe('STEWARD_HOLD');
    const { decision_id: approval_id } = replayed.json.decision;
    for (const resolution of ['approve', 'deny', 'escalate']) {
      expect((await hall.resolve('steward', approval_id, { resolution })).json.code).toBe('APPROVAL_SELF');
    }
    const other = await hall.hall.parts.identity.keys.create({ label: 'other', roles: ['steward'] });
    hall.keys.set('revoked', other.key);
    // It fails again and is replayed again: whoever had a part in asking before still has.
    expect((await hall.resolve('revoked', approval_id)).status).toBe(200);
    const again = await hall.ask('admin', 'POST', `/wcp/dead-letters/${await latestLetter()}/replay`);
    const { decision_id: second } = again.json.decision;
    expect((await hall.resolve('steward', second)).json.code).toBe('APPROVAL_SELF');
    await hall.hall.reload({ rules: RULES });
  });

  test('Not even an admin approves.', async () => {
    const { approval_id } = await hall.hold();
    expect((await hall.resolve('admin', approval_id)).json.code).toBe('FORBIDDEN');
  });
});
