import { compileWorld, decide } from '@wcp/router';
import { decisionDigest, type Receipt, type RouteDecision } from '@wcp/spec';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CONFIG, inputFor, RULES } from '../support/documents.ts';
import { type Person, TestHall } from '../support/test-hall.ts';
import { ACME, CAPABILITIES, hashOf, RIVAL, recordOf } from '../support/workers.ts';

interface Recorded {
  readonly position: number;
  readonly input: unknown;
  readonly facts: Record<string, unknown>;
  readonly decision: RouteDecision;
}

let hall: TestHall;
let records: Recorded[];

/** Decisions of every kind, in several worlds, about inputs of every form. */
async function live(): Promise<void> {
  const send = async (payload: string, url = '/wcp/dispatch', person: Person = 'tenant') => {
    const headers = { ...hall.authorization(person), 'content-type': 'application/json' };
    await hall.hall.app.inject({ method: 'POST', url, headers, payload });
  };
  const ask = (members: object) => send(JSON.stringify(inputFor('tenant-a', { ...members })));
  await ask({});
  await ask({ dry_run: true, policy_version: 'policy.v7' });
  await ask({ policy_version: 'policy.v1' });
  await ask({ correlation_id: 'chain' });
  await ask({ correlation_id: 'chain', blast_score: 3 });
  await ask({ correlation_id: 'chain', blast_radius: { data: 5, network: 5 } });
  await ask({ tenant_credential: 'not.a.credential' });
  await ask({ capability_id: CAPABILITIES.gated });
  await ask({ capability_id: 'cap.nothing.known' });
  await ask({ env: 'edge' });
  await ask({ request: { n: 1.0, e: 1e21, s: 'é\u2028😀', deep: [[[[{ '': null }]]]] } });
  const text = JSON.stringify(inputFor('tenant-a'));
  for (const odd of [
    'null',
    '[]',
    '"text"',
    '{}',
    text.replace('"hello"', '"\\ud800"'),
    text.replace('{"text"', '{"__proto__":{"a":1},"text"'),
    text.replace('"hello"', `${'['.repeat(100)}${']'.repeat(100)}`),
    text.replace('"P2"', '"P9","more":1'),
    text.replace('"hello"', JSON.stringify('x'.repeat(1_100_000))),
    ` ${text.replaceAll(',', ' ,\n')} `,
  ]) {
    await send(odd);
  }
  await hall.post('rival', '/wcp/workers', { record: recordOf(RIVAL) });
  await hall.hall.reload({ config: { ...CONFIG, require_signatory: true, allowed_tenants: ['tenant-a'] } });
  await ask({});
  await send(JSON.stringify(inputFor('tenant-b')), '/wcp/route', 'foreigner');
  await hall.hall.reload({ config: { ...CONFIG, blast: { max_score: { dev: 0 }, on_exceeded: 'deny' } } });
  await ask({});
  await hall.hall.reload({ config: CONFIG, rules: [...RULES, ...RULES.slice(0, 0)] });
  await hall.post('admin', '/wcp/freeze', {
    scope: 'correlation',
    value: 'cold',
    tenant_id: 'tenant-a',
    reason: 'a test',
  });
  await ask({ correlation_id: 'cold' });
  const held = await hall.hold('held');
  await hall.resolve('steward', held.approval_id);
  const stale = await hall.hold('held');
  hall.delivery.hash = hashOf('d');
  await hall.resolve('steward', stale.approval_id);
  await ask({});
}

beforeAll(async () => {
  hall = await TestHall.open({
    policyGate: ({ blast_score }) => ({
      decision: 'ALLOW',
      policy_version: 'gate.1',
      reason: `score ${blast_score}`,
    }),
  });
  await live();
  records = (await hall.get('auditor', '/wcp/decisions?limit=1000')).json.items;
});
afterAll(() => hall.close());

describe('a recorded decision', () => {
  test('A decision made again from its world, its facts and its input is the same, member by member.', async () => {
    expect(records.length).toBeGreaterThan(25);
    const codes = new Set(records.map(({ decision }) => decision.deny_code));
    expect(codes.size).toBeGreaterThanOrEqual(9);
    for (const { decision, facts, input } of records) {
      const { json } = await hall.get('auditor', `/wcp/worlds/${decision.world_digest}`);
      const { catalog_version: catalogVersion, ...documents } = json;
      const world = compileWorld({ ...documents, catalogVersion });
      expect(world.digest).toBe(decision.world_digest);
      expect(JSON.parse(JSON.stringify(decide(world, facts, input)))).toEqual(decision);
    }
  });

  test('A recorded decision is the one that its receipt attests.', async () => {
    const { json } = await hall.get('auditor', '/wcp/receipts?limit=1000');
    const receipts = new Map<number, Receipt>(
      json.items.map(({ position, receipt }: { position: number; receipt: Receipt }) => [position, receipt]),
    );
    for (const { position, decision, input } of records) {
      const receipt = receipts.get(position) as Receipt;
      expect(receipt).toMatchObject({
        kind: 'decision',
        decision_id: decision.decision_id,
        stream: decision.tenant_id ?? '(none)',
        worker_id: decision.worker_id,
        deny_code: decision.deny_code,
        world_digest: decision.world_digest,
      });
      if (receipt.decision_digest !== null) {
        expect(receipt.decision_digest).toBe(decisionDigest(input, decision));
      }
    }
  });

  test('A recorded decision holds its facts: what was observed, requested and spent.', () => {
    const factsOf = (is: (decision: RouteDecision) => boolean) =>
      records.filter(({ decision }) => is(decision)).map(({ facts }) => facts);
    expect(factsOf(({ correlation_id }) => correlation_id === 'chain').map(({ chain }) => chain)).toEqual([
      undefined,
      { blast_score: 1, depth: 0 },
      { blast_score: 4, depth: 0 },
    ]);
    const [gated] = factsOf(({ capability_id }) => capability_id === CAPABILITIES.gated);
    expect(gated?.['policy']).toEqual({ decision: 'ALLOW', policy_version: 'gate.1', reason: 'score 1' });
    const [frozen] = factsOf(({ deny_code }) => deny_code === 'DENY_FROZEN');
    expect(frozen?.['frozen']).toEqual({ scope: 'correlation', reason: 'a test' });
    const [bad] = factsOf(
      ({ tenant_id, matched_rule_id }) => tenant_id !== null && matched_rule_id !== 'x',
    ).filter(({ credential }) => credential !== undefined);
    expect(bad?.['credential']).toMatchObject({ valid: false, tenant_id: null });
    expect(records[0]?.facts['workers']).toMatchObject({
      [ACME]: { available: true, current_hash: hashOf('a') },
    });
  });

  test('A recorded decision is found by its outcome.', async () => {
    for (const [query, is] of [
      ['outcome=DENY', ({ outcome }: RouteDecision) => outcome === 'DENY'],
      ['deny_code=DENY_FROZEN', ({ deny_code }: RouteDecision) => deny_code === 'DENY_FROZEN'],
      ['correlation_id=chain', ({ correlation_id }: RouteDecision) => correlation_id === 'chain'],
      ['tenant_id=tenant-b', ({ tenant_id }: RouteDecision) => tenant_id === 'tenant-b'],
      ['outcome=STEWARD_HOLD&tenant_id=tenant-b', () => false],
    ] as const) {
      const { json } = await hall.get('auditor', `/wcp/decisions?limit=1000&${query}`);
      expect(json.items).toEqual(records.filter(({ decision }) => is(decision)));
    }
    expect((await hall.get('auditor', '/wcp/decisions?outcome=MAYBE')).status).toBe(400);
  });

  test('A recorded decision is on exactly one page, even where a filter removes most of a page.', async () => {
    const found: Recorded[] = [];
    for (let cursor = ''; ; ) {
      const { json } = await hall.get('auditor', `/wcp/decisions?limit=3&outcome=STEWARD_HOLD${cursor}`);
      found.push(...json.items);
      if (json.next_cursor === null) break;
      cursor = `&cursor=${json.next_cursor}`;
    }
    expect(found).toEqual(records.filter(({ decision }) => decision.outcome === 'STEWARD_HOLD'));
  });

  test('A recorded decision is explained: each step, and the smallest change that would have allowed it.', async () => {
    for (const { decision, position } of records) {
      const { json } = await hall.get('auditor', `/wcp/decisions/${decision.decision_id}`);
      expect(json).toMatchObject({ position, decision });
      expect(json.explanation.steps.length).toBeGreaterThan(10);
      const denied = json.explanation.steps.filter(({ status }: { status: string }) => status === 'denied');
      expect(denied).toHaveLength(decision.outcome === 'DENY' ? 1 : 0);
    }
    const exceeded = records.find(({ decision }) => decision.deny_code === 'DENY_BLAST_RADIUS_EXCEEDED');
    const { json } = await hall.get('tenant', `/wcp/decisions/${exceeded?.decision.decision_id}`);
    expect(json.explanation.changes).toHaveLength(1);
    expect(json.explanation.remedy).toMatch(/^[A-Z]/);
  });

  test('A recorded decision comes with its receipts and, where one was stored, its result.', async () => {
    const [allowed] = records;
    const { json } = await hall.get('tenant', `/wcp/decisions/${allowed?.decision.decision_id}`);
    expect(json.receipts.map(({ kind }: { kind: string }) => kind)).toEqual(['decision', 'outcome']);
  });
});

describe('an input that is too deep to show', () => {
  test.each([300, 900])('An input nested %i deep is denied, and breaks no list.', async (depth) => {
    const nested = '['.repeat(depth) + ']'.repeat(depth);
    const payload = JSON.stringify(inputFor('tenant-a')).replace('"hello"', nested);
    const headers = { ...hall.authorization('tenant'), 'content-type': 'application/json' };
    const answer = await hall.hall.app.inject({ method: 'POST', url: '/wcp/route', headers, payload });
    expect(answer.json()).toMatchObject({ deny_code: 'DENY_INVALID_INPUT' });
    const { status, json } = await hall.get('tenant', '/wcp/decisions?limit=1000');
    expect([status, json.items.at(-1).input]).toEqual([200, null]);
    const { decision_id } = json.items.at(-1).decision;
    expect((await hall.get('tenant', `/wcp/decisions/${decision_id}`)).status).toBe(200);
  });
});

describe('a body that costs more to build than to read', () => {
  test.each([
    ['lists that end', (mib: number) => '['.repeat(mib / 2) + ']'.repeat(mib / 2), 'TOO_DEEP'],
    ['lists that never end', (mib: number) => '['.repeat(mib), 'TOO_DEEP'],
    ['objects', (mib: number) => '{"a":'.repeat(mib / 5), 'TOO_DEEP'],
    ['empty lists', (mib: number) => `[${'[],'.repeat(mib / 3)}[]]`, 'TOO_LARGE'],
    ['numbers', (mib: number) => `[${'0,'.repeat(mib / 2)}0]`, 'TOO_LARGE'],
  ])('Megabytes of %s are refused before anything is built or decided.', async (_, write, code) => {
    const headers = { ...hall.authorization('tenant'), 'content-type': 'application/json' };
    const { size } = await hall.hall.parts.storage.ledger.head();
    const payload = write(2_000_000);
    for (const url of ['/wcp/route', '/wcp/dispatch', '/wcp/approvals/resolve']) {
      const answer = await hall.hall.app.inject({ method: 'POST', url, headers, payload });
      const expected = { code: 'INVALID_BODY', findings: [{ path: '', code }] };
      if (url !== '/wcp/approvals/resolve') expect(answer.json()).toMatchObject(expected);
      expect(answer.statusCode).toBeLessThan(500);
    }
    expect((await hall.hall.parts.storage.ledger.head()).size).toBe(size);
  });
});

describe('a program that embeds a Hall', () => {
  test('An embedding program gets a denial for anything that is not JSON.', async () => {
    const circle: Record<string, unknown> = inputFor('tenant-a');
    circle['request'] = { circle };
    const throwing = {
      get capability_id(): string {
        throw new Error('never shown');
      },
    };
    for (const input of [undefined, null, 1n, () => 1, circle, throwing, new Date(), new Proxy({}, {})]) {
      const { decision, receipt } = await hall.hall.dispatch(input);
      expect(decision.deny_code).toBe('DENY_INVALID_INPUT');
      expect(receipt.deny_code).toBe('DENY_INVALID_INPUT');
    }
  });

  test('An embedding program cannot change an input between its decision and its execution.', async () => {
    const own = await TestHall.open();
    const input = inputFor('tenant-a', { request: { path: '/allowed' } });
    const dispatched = own.hall.dispatch(input);
    (input.request as unknown as { path: string }).path = '/changed';
    await dispatched;
    expect(own.delivery.calls.map(({ request }) => request)).toEqual([{ path: '/allowed' }]);
    await own.close();
  });
});
