import type { DispatchAnswer, LogHead } from '@wcp/spec/hall';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { createHallClient, HallProblemError, JsonText } from '../src/index.ts';
import { HELD, inputFor, RealHall } from './support/real-hall.ts';

describe('a client of a real Hall', () => {
  test('A tenant decides, dispatches and finds the evidence.', async () => {
    const hall = await RealHall.open();
    const tenant = hall.as('tenant');
    const decision = await tenant.route(inputFor());
    expect(decision.outcome).toBe('DISPATCH');
    const dispatched = await tenant.dispatch(inputFor({ request: { name: 'grüße 😀' } }));
    expect(dispatched.result?.result).toEqual({ greeting: 'Hello!' });
    expect(hall.greeted).toEqual([{ name: 'grüße 😀' }]);
    const { decision_id } = dispatched.decision;
    const shown = await tenant.showDecision({ decision_id: String(decision_id) });
    expect(shown.receipts).toHaveLength(2);
    const { receipt } = dispatched;
    const { items } = await tenant.listReceipts({ decision_id: String(decision_id), limit: 1 });
    expect(items).toMatchObject([{ receipt: { receipt_hash: receipt.receipt_hash } }]);
  });

  test('A dispatch that is denied or held is an answer.', async () => {
    const hall = await RealHall.open();
    const denied = await hall.as('tenant').dispatch(inputFor({ capability_id: 'cap.nothing.known' }));
    expect(denied.decision).toMatchObject({ outcome: 'DENY', deny_code: 'DENY_NO_MATCHING_RULE' });
    const held = await hall.as('tenant').dispatch(inputFor({ capability_id: HELD }));
    expect([held.decision.outcome, held.result]).toEqual(['STEWARD_HOLD', null]);
  });

  test('A Hall is asked as a policy decision point, one by one and several at once.', async () => {
    const hall = await RealHall.open();
    const { capability_id, request: _, tenant_id: __, ...context } = inputFor();
    const evaluation = {
      subject: { type: 'user', id: 'alice' },
      action: { name: 'call' },
      resource: { type: 'capability', id: capability_id },
      context,
    };
    const tenant = hall.as('tenant');
    expect(await tenant.evaluateAccess(evaluation)).toMatchObject({ decision: true });
    const held = { resource: { type: 'capability', id: HELD } };
    const answer = await tenant.evaluateAccesses({ ...evaluation, evaluations: [{}, held] });
    if (!('evaluations' in answer)) throw new Error('a single answer');
    expect(answer.evaluations.map(({ decision }) => decision)).toEqual([true, false]);
    const { policy_decision_point } = await createHallClient({ url: hall.url }).showAccessConfiguration();
    expect(policy_decision_point).toBe(hall.url.replace(/\/$/, ''));
  });

  test('An approval is listed, shown and resolved.', async () => {
    const hall = await RealHall.open();
    await hall.as('tenant').dispatch(inputFor({ capability_id: HELD }));
    const steward = hall.as('steward');
    const [pending] = (await steward.listPendingApprovals()).items;
    const approval_id = pending?.approval_id ?? '';
    expect((await steward.showApproval({ approval_id })).state).toBe('pending');
    const { approval, outcome_receipt } = await steward.resolveApproval({
      approval_id,
      resolution: 'approve',
    });
    expect([approval.state, outcome_receipt?.outcome?.status]).toEqual(['approved', 'ok']);
  });

  test('What the Hall refuses is an error with its code, its status and its findings.', async () => {
    const hall = await RealHall.open();
    const refusedBy = async (call: Promise<unknown>) => {
      const error = await call.then(
        () => null,
        (reason: unknown) => reason,
      );
      if (!(error instanceof HallProblemError)) throw new Error(`not a problem: ${String(error)}`);
      return error;
    };
    expect(await refusedBy(hall.as('auditor').listKeys())).toMatchObject({ code: 'FORBIDDEN', status: 403 });
    expect(await refusedBy(createHallClient({ url: hall.url }).showLog())).toMatchObject({
      code: 'UNAUTHENTICATED',
      problem: { title: 'Authentication required' },
    });
    const invalid = await refusedBy(hall.as('steward').freeze(new JsonText('{"scope":"all","reason":""}')));
    expect([invalid.code, invalid.findings.map(({ path }) => path)]).toEqual([
      'INVALID_BODY',
      ['/reason', '/scope'],
    ]);
  });

  test('Text is sent as it is, and the Hall judges it.', async () => {
    const hall = await RealHall.open();
    const text = JSON.stringify(inputFor());
    expect((await hall.as('tenant').route(new JsonText(` ${text} `))).outcome).toBe('DISPATCH');
    const twice = text.replace('{', '{"env":"prod",');
    await expect(hall.as('tenant').route(new JsonText(twice))).rejects.toMatchObject({
      code: 'INVALID_BODY',
    });
  });

  test('Operations with a path, a query and a body each get theirs.', async () => {
    const hall = await RealHall.open();
    const admin = hall.as('admin');
    const { key_id, key } = await admin.createKey({ label: 'one', roles: ['auditor'] });
    const rotated = await admin.rotateKey({ key_id, grace_seconds: 0 });
    expect(rotated.key).not.toBe(key);
    expect((await admin.rotateKey({ key_id: rotated.key_id })).roles).toEqual(['auditor']);
    expect((await admin.revokeKey({ key_id })).state).toBe('revoked');
    const issuer = 'issuer.example/a b';
    await expect(admin.removeIssuer({ issuer })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const log = hall.as('auditor');
    expect((await log.proveConsistency({ first: 2 }).catch((error) => error)).code).toBe('INVALID_QUERY');
    expect(await log.signCheckpoint()).toContain('\n1\n');
    expect(await log.showMetrics()).toContain('# TYPE wcp_decisions_total counter');
    expect((await createHallClient({ url: hall.url }).showHealth()).status).toBe('ok');
  });

  test('A list is read over all of its pages, or from a cursor on.', async () => {
    const hall = await RealHall.open();
    // After the enrolment of the worker.
    for (let n = 0; n < 4; n += 1) await hall.as('tenant').route(inputFor());
    const auditor = hall.as('auditor');
    const sizes: number[] = [];
    for await (const { items } of auditor.pages('listReceipts', { limit: 2 })) sizes.push(items.length);
    expect(sizes).toEqual([2, 2, 1]);
    const positions: number[] = [];
    for await (const { position } of auditor.items('listReceipts', { limit: 2, cursor: '1' })) {
      positions.push(position);
    }
    expect(positions).toEqual([2, 3, 4]);
  });

  test('A Hall may stand below a path, and its address may lack the slash at its end.', async () => {
    const seen: string[] = [];
    const fetch: typeof globalThis.fetch = async (input) => {
      seen.push(String(input));
      return Response.json({ items: [], next_cursor: null });
    };
    for (const url of ['http://hall.test/a/b', 'http://hall.test/a/b/', new URL('http://hall.test/a/b')]) {
      await createHallClient({ url, fetch }).listWorkers({ limit: 5, cursor: undefined });
    }
    expect(new Set(seen)).toEqual(new Set(['http://hall.test/a/b/wcp/workers?limit=5']));
  });

  test('The types of methods follow the table of operations.', () => {
    const hall = createHallClient({ url: 'http://127.0.0.1:7420' });
    expectTypeOf(hall.dispatch).returns.resolves.toEqualTypeOf<DispatchAnswer>();
    expectTypeOf(hall.showLog).returns.resolves.toEqualTypeOf<LogHead>();
    expectTypeOf(hall.signCheckpoint).returns.resolves.toBeString();
    // @ts-expect-error a resolution is one of three
    const wrong = () => hall.resolveApproval({ approval_id: 'a', resolution: 'maybe' });
    // @ts-expect-error the id is missing
    const missing = () => hall.showWorker();
    // @ts-expect-error this list has no such filter
    const unknown = () => hall.listReceipts({ colour: 'red' });
    expect([wrong, missing, unknown]).toHaveLength(3);
  });
});

describe('misuse is told before anything is sent', () => {
  test.each([
    'ftp://hall.test',
    'hall.test',
    'http://user:secret@hall.test',
    'http://hall.test/?a',
    'http://hall.test/#a',
    '',
  ])('The text %j is not the address of a Hall.', (url) => {
    expect(() => createHallClient({ url })).toThrow(expect.objectContaining({ code: 'ERR_WCP_HALL' }));
  });

  test.each(['', 'a b', 'a\nb', 'é'])('The text %j is not a key.', (key) => {
    const make = () => createHallClient({ url: 'http://hall.test', key });
    expect(make).toThrow(expect.objectContaining({ code: 'ERR_WCP_HALL' }));
  });

  test.each(['', '.', '..'])(
    'The value %j in a path would name something else, and is refused.',
    async (worker_id) => {
      const fetch = () => Promise.reject(new Error('it was sent'));
      const hall = createHallClient({ url: 'http://hall.test', fetch });
      await expect(hall.removeWorker({ worker_id })).rejects.toMatchObject({ code: 'ERR_WCP_HALL' });
    },
  );
});
