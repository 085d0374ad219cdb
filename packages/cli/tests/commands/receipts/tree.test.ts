import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DeliveryCall, HallWorker } from '@wcp/hall';
import type { RegistryRecord, WorkerResult } from '@wcp/spec';
import { expect, test } from 'vitest';
import { buildTree } from '../../../src/dispatch-tree/build-tree.ts';
import { REQUEST, record, scratch } from '../../support/support.ts';
import { openTestHall, type TestHall } from '../../support/test-hall.ts';

/** A worker of one capability; its request says what it asks for in its turn. */
function chainWorker(name: string, data: number): HallWorker {
  const delivery: HallWorker['delivery'] = {
    record: record({
      worker_id: `org.acme.${name}.one`,
      worker_species_id: `org.acme.${name}`,
      capabilities: [`org.acme.do-${name}`],
      blast_radius: { data, network: 0, financial: 0, time: 0, reversibility: 'reversible' },
    }) as unknown as RegistryRecord,
    observe: async () => null,
    async deliver({ request, dispatch }: DeliveryCall) {
      const { asks = [] } = request as { asks?: readonly object[] };
      for (const received of asks) await dispatch?.(received);
      const result: WorkerResult = {
        status: 'ok',
        result: {},
        telemetry: [],
        evidence: [],
        deny_reason: null,
      };
      return { status: 'ok', result, code: null, duration_ms: 12 };
    },
    close: async () => {},
  };
  return { delivery };
}

const rule = (name: string, escalation: object = {}) => ({
  rule_id: name,
  match: { capability_id: `org.acme.do-${name}` },
  decision: { candidate_workers_ranked: [{ worker_species_id: `org.acme.${name}` }], escalation },
});
const asking = (name: string, asks: readonly object[] = [], more: object = {}) => ({
  capability_id: `org.acme.do-${name}`,
  request: { asks },
  ...more,
});

function openChainHall(): Promise<TestHall> {
  return openTestHall({
    rules: [rule('top'), rule('middle'), rule('leaf'), rule('held', { human_required_default: true })],
    workers: [
      chainWorker('top', 1),
      chainWorker('middle', 2),
      chainWorker('leaf', 0),
      chainWorker('held', 1),
    ],
  });
}

/** A chain of which one branch is denied and one is held, and what a tenant claims to stand below it. */
async function runChain({ hall }: TestHall): Promise<void> {
  const asks = [
    asking('middle', [asking('leaf'), asking('nobody')]),
    asking('held'),
    asking('leaf', [], { data_label: 'PUBLIC' }),
  ];
  const { decision } = await hall.dispatch({ ...REQUEST, ...asking('top', asks) });
  const ext = { parent_decision_id: decision.decision_id };
  await hall.dispatch({ ...REQUEST, ...asking('leaf'), ext });
}

const SHAPE = `correlation-1: 7 decisions, blast 3
├─ org.acme.do-top           ok, N ms                      blast +1, 1 so far
│  ├─ org.acme.do-middle     ok, N ms                      blast +2, 3 so far
│  │  ├─ org.acme.do-leaf    ok, N ms                      blast +0, 3 so far
│  │  └─ org.acme.do-nobody  DENIED DENY_NO_MATCHING_RULE
│  ├─ org.acme.do-held       HELD gatekeeper
│  └─ org.acme.do-leaf       DENIED DENY_FROZEN
└─ org.acme.do-leaf          ok, N ms                      blast +0, 3 so far
`;

/** The columns that are the same in each run. */
const shapeOf = (out: string) =>
  out
    .split('\n')
    .map((line) => line.replace(/ +(?:org\.acme\.\w+\.one)? *[0-9a-f-]{36}$/, ''))
    .map((line) => line.replace(/, \d+ ms +/, ', N ms                      '))
    .join('\n');

test('A dispatch chain is shown as a tree of its calls, and claims of a tenant are ignored.', async () => {
  const test_ = await openChainHall();
  await runChain(test_);
  const { code, out } = await test_.as('tenant', ['receipts', 'tree', 'correlation-1']);
  expect(code).toBe(0);
  expect(shapeOf(out)).toBe(SHAPE);
});

test('The same tree is read from a bundle, and printed as JSON.', async () => {
  const test_ = await openChainHall();
  await runChain(test_);
  const dir = join(scratch(), 'bundle');
  expect(await test_.as('auditor', ['receipts', 'export', dir, '--decisions'])).toMatchObject({ code: 0 });
  const { code, out } = await test_.as('auditor', ['receipts', 'tree', 'correlation-1', '--bundle', dir]);
  expect(code).toBe(0);
  expect(shapeOf(out)).toBe(SHAPE);
  const { json } = await test_.json('tenant', ['receipts', 'tree', 'correlation-1']);
  expect(json.tree).toHaveLength(2);
  expect(json.tree[0].children[0].children).toMatchObject([
    {
      capability_id: 'org.acme.do-leaf',
      blast_own: 0,
      blast_score: 3,
      status: 'ok',
      duration_ms: expect.any(Number),
    },
    { outcome: 'DENY', deny_code: 'DENY_NO_MATCHING_RULE', blast_own: null, status: null },
  ]);
});

test('A correlation without a decision has no tree.', async () => {
  const test_ = await openChainHall();
  expect(await test_.as('tenant', ['receipts', 'tree', 'nothing'])).toEqual({
    code: 1,
    out: 'Nothing was decided under nothing.\n',
    err: '',
  });
});

test('A tenant does not see the dispatch chain of another.', async () => {
  const test_ = await openChainHall();
  await runChain(test_);
  expect(await test_.as('other', ['receipts', 'tree', 'correlation-1'])).toMatchObject({ code: 1 });
});

test('Tenants that use one correlation id have a dispatch chain each, with its own blast.', async () => {
  const test_ = await openChainHall();
  await test_.hall.dispatch({ ...REQUEST, ...asking('middle') });
  await test_.hall.dispatch({ ...REQUEST, ...asking('top'), tenant_id: 'tenant-b' });
  const { out } = await test_.as('auditor', ['receipts', 'tree', 'correlation-1']);
  expect(out.split('\n').filter((line) => line.startsWith('correlation-1'))).toEqual([
    'correlation-1 of the tenant tenant-a: 1 decision, blast 2',
    'correlation-1 of the tenant tenant-b: 1 decision, blast 1',
  ]);
});

test('Records that name each other as parents make no cycle.', () => {
  const claim = (position: number, decision_id: string, parent_decision_id: string) => ({
    position,
    input: { ext: { parent_decision_id } },
    facts: { chain: { depth: 1, blast_score: 0 } },
    decision: { decision_id, outcome: 'DENY' },
  });
  const tree = buildTree([claim(0, 'a', 'b'), claim(1, 'b', 'a'), claim(2, 'c', 'c')] as never, []);
  expect(tree).toMatchObject([
    { decision_id: 'a', absent_parent: 'b', children: [{ decision_id: 'b', absent_parent: null }] },
    { decision_id: 'c', absent_parent: 'c', children: [] },
  ]);
});

test('Forged evidence of any depth is shown, as text and as JSON.', async () => {
  const dir = join(scratch(), 'deep');
  mkdirSync(dir);
  const lines = Array.from({ length: 20_000 }, (_, position) =>
    JSON.stringify({
      position,
      input: { ext: { parent_decision_id: `d-${position - 1}` } },
      facts: { chain: { depth: position, blast_score: 0 } },
      decision: { decision_id: `d-${position}`, correlation_id: 'deep', outcome: 'DENY', timestamp: null },
    }),
  );
  writeFileSync(join(dir, 'decisions.jsonl'), `${lines.join('\n')}\n`);
  writeFileSync(join(dir, 'receipts.jsonl'), '');
  const test_ = await openChainHall();
  const args = ['receipts', 'tree', 'deep', '--bundle', dir];
  expect(await test_.as('auditor', args)).toMatchObject({ code: 0 });
  expect(await test_.json('auditor', args)).toMatchObject({ code: 0 });
});
