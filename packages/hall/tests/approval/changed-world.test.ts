import { afterEach, describe, expect, test } from 'vitest';
import { CONFIG, inputFor, RULES, ruleFor } from '../support/documents.ts';
import { TestHall } from '../support/test-hall.ts';
import { ACME, CAPABILITIES, CODE, hashOf, recordOf } from '../support/workers.ts';

let hall: TestHall;
afterEach(() => hall.close());

const { require_worker_attestation: _, ...UNATTESTED } = CONFIG;
type Change = (hall: TestHall) => unknown;

/** What may change between a hold and its approval, and the code that the approval then gets. */
const CHANGES: readonly (readonly [what: string, code: string, change: Change])[] = [
  [
    'other rules',
    'DENY_APPROVAL_STALE',
    ({ hall: own }) => own.reload({ rules: [...RULES, ruleFor('cap.notify.send')] }),
  ],
  [
    'rules that ask for a graver level',
    'DENY_APPROVAL_STALE',
    ({ hall: own }) =>
      own.reload({
        rules: [ruleFor(CAPABILITIES.held, { human_required_default: true, supervisor_level: 'executor' })],
      }),
  ],
  [
    'rules that no longer hold it',
    'DENY_APPROVAL_STALE',
    ({ hall: own }) => own.reload({ rules: [ruleFor(CAPABILITIES.held)] }),
  ],
  [
    'rules that deny it',
    'DENY_NO_MATCHING_RULE',
    ({ hall: own }) => own.reload({ rules: [ruleFor('cap.notify.send')] }),
  ],
  [
    'another configuration',
    'DENY_APPROVAL_STALE',
    ({ hall: own }) => own.reload({ config: { ...CONFIG, redact_tenant: true } }),
  ],
  [
    'a configuration that denies it',
    'DENY_UNKNOWN_TENANT',
    ({ hall: own }) => own.reload({ config: { ...CONFIG, require_signatory: true } }),
  ],
  [
    'another record of the worker',
    'DENY_APPROVAL_STALE',
    (test) => test.post('owner', '/wcp/workers', { record: recordOf(ACME, { notes: 'a new version' }) }),
  ],
  [
    'another worker of the species',
    'DENY_APPROVAL_STALE',
    (test) => test.post('rival', '/wcp/workers', { record: recordOf('org.rival.summarizer.one') }),
  ],
  [
    'no worker any more',
    'DENY_NO_AVAILABLE_WORKER',
    (test) => test.ask('owner', 'DELETE', `/wcp/workers/${ACME}`),
  ],
  [
    'other code of the worker',
    'DENY_WORKER_TAMPERED',
    ({ delivery }) => {
      delivery.hash = hashOf('b');
    },
  ],
  [
    'code that cannot be seen',
    'DENY_WORKER_HASH_UNAVAILABLE',
    ({ delivery }) => {
      delivery.hash = null;
    },
  ],
  [
    'a freeze of the Hall',
    'DENY_FROZEN',
    (test) => test.post('steward', '/wcp/freeze', { scope: 'hall', reason: 'stop' }),
  ],
  [
    'a freeze of the tenant',
    'DENY_FROZEN',
    (test) => test.post('steward', '/wcp/freeze', { scope: 'tenant', value: 'tenant-a', reason: 'stop' }),
  ],
];

/** Approves what was held before something changed: it is refused, used up, and nothing runs. */
async function expectVoid(code: string, change: Change): Promise<void> {
  const { approval_id, decision } = await hall.hold();
  await change(hall);
  const { status, json } = await hall.resolve('steward', approval_id);
  expect([status, json.code, json.decision.deny_code]).toEqual([409, code, code]);
  expect(hall.delivery.calls).toEqual([]);
  const after = await hall.get('steward', `/wcp/approvals/${approval_id}`);
  expect([after.json.state, after.json.resolved_decision_id]).toEqual(['stale', json.decision.decision_id]);
  expect((await hall.resolve('steward', approval_id)).json.code).toBe('APPROVAL_RESOLVED');
  const trail = await hall.get('auditor', `/wcp/receipts?correlation_id=${decision.correlation_id}`);
  expect(
    trail.json.items.map(({ receipt }: { receipt: { kind: string; policy_decision: string } }) => [
      receipt.kind,
      receipt.policy_decision,
    ]),
  ).toEqual([
    ['decision', 'REQUIRE_HUMAN'],
    ['approval', 'ALLOW'],
    ['decision', 'DENY'],
  ]);
}

describe('the decision that an approval counts for', () => {
  test.each(CHANGES)('An approval is refused after a change: %s (%s).', async (_what, code, change) => {
    hall = await TestHall.open();
    await expectVoid(code, change);
  });

  test.each([hashOf('b'), null])(
    'Without an attestation an approval is stale once the observed code is %s.',
    async (hash) => {
      hall = await TestHall.open({ config: UNATTESTED });
      await expectVoid('DENY_APPROVAL_STALE', ({ delivery }) => {
        delivery.hash = hash;
      });
    },
  );

  test('An approval is stale once its dispatch chain has spent something: another blast score makes another decision.', async () => {
    hall = await TestHall.open();
    const { approval_id, decision } = await hall.hold();
    const { correlation_id } = decision;
    await hall.post('tenant', '/wcp/dispatch', inputFor('tenant-a', { correlation_id }));
    expect((await hall.resolve('steward', approval_id)).json.code).toBe('DENY_APPROVAL_STALE');
  });

  test('What changed and changed back is still what was approved.', async () => {
    hall = await TestHall.open();
    const { approval_id } = await hall.hold();
    await hall.hall.reload({ rules: [] });
    hall.delivery.hash = hashOf('b');
    await hall.hall.reload({ rules: RULES });
    hall.delivery.hash = CODE;
    expect((await hall.resolve('steward', approval_id)).status).toBe(200);
  });

  test.each(['executed', 'incident'] as const)(
    'A result of the kind %s counts for the same world alone.',
    async (kind) => {
      hall = await TestHall.open();
      const { approval_id } = await hall.hold(kind);
      await hall.hall.reload({ config: { ...CONFIG, redact_tenant: true } });
      const { status, json } = await hall.resolve('steward', approval_id, {
        resolution: 'approve',
        result: 1,
      });
      expect([status, json.code]).toEqual([409, 'DENY_APPROVAL_STALE']);
      expect(hall.delivery.calls).toEqual([]);
    },
  );

  test('A result never makes the worker run, whatever changes back while it is judged.', async () => {
    hall = await TestHall.open({ config: UNATTESTED });
    const { approval_id } = await hall.hold();
    await hall.post('steward', '/wcp/approvals/escalate', { approval_id });
    // The first look sees other code than the second.
    const seen = [hashOf('b'), CODE];
    hall.delivery.observe = async () => seen.shift() ?? CODE;
    const { json } = await hall.resolve('steward', approval_id, { resolution: 'approve', result: 1 });
    expect(json.code).toBe('DENY_APPROVAL_STALE');
    expect(hall.delivery.calls).toEqual([]);
  });
});
