import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { checkWorker, contextFor } from '@wcp/worker-kit/testing';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { approverFor } from '../src/index.ts';
import { CAPABILITIES, RealHall } from './support/real-hall.ts';

const KEY = 'wcp_AAAAAAAAAAAA_notReallyAKeyOfAnybody';

/** A server that answers as a test says. */
async function falseHall(listener: RequestListener) {
  const server = createServer(listener);
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return approverFor({ WCP_HALL_URL: `http://127.0.0.1:${port}/under/`, WCP_HALL_KEY: KEY });
}

describe('with a Hall', () => {
  let hall: RealHall;
  beforeEach(async () => {
    hall = await RealHall.open();
  });
  const ask = (request: object) => {
    const worker = approverFor(hall.env);
    return worker.execute(request, contextFor(worker, { correlation_id: 'approve/1' }));
  };

  test('An approval runs the held call, and reports its outcome but not its result.', async () => {
    const approval_id = await hall.hold();
    const { status, result } = await ask({ approval_id, resolution: 'approve', reason: 'seen' });
    expect([status, result]).toEqual([
      'ok',
      {
        approval_id,
        state: 'approved',
        level: 'gatekeeper',
        resolved_decision_id: expect.any(String),
        outcome: 'ok',
        receipt_hash: expect.stringMatching(/^sha256:/),
        outcome_receipt_hash: expect.stringMatching(/^sha256:/),
      },
    ]);
    expect(hall.ran).toEqual([{ url: 'https://example.org/' }]);
    expect((await hall.approval(approval_id)).history).toMatchObject([{ action: 'approve', reason: 'seen' }]);
  });

  test('A denial, an escalation and a human’s result reach the Hall unchanged.', async () => {
    const [first, second] = [await hall.hold(), await hall.hold()];
    expect((await ask({ approval_id: first, resolution: 'deny' })).result).toMatchObject({ state: 'denied' });
    const raised = await ask({ approval_id: second, resolution: 'escalate', level: 'incident_commander' });
    expect(raised.result).toMatchObject({ state: 'pending', level: 'incident_commander', outcome: null });
    const done = await ask({ approval_id: second, resolution: 'approve', result: { by: 'hand' } });
    expect(done.result).toMatchObject({ state: 'approved', outcome: 'ok', resolved_decision_id: null });
    expect((await hall.approval(second)).result).toEqual({ by: 'hand' });
    expect(hall.ran).toEqual([]);
  });

  test('A problem from the Hall is a denial with the Hall’s code.', async () => {
    const held = await hall.hold();
    await ask({ approval_id: held, resolution: 'deny' });
    const executed = await hall.hold({ capability_id: CAPABILITIES.executed });
    const codes: (string | undefined)[] = [];
    for (const request of [
      { approval_id: 'nothing', resolution: 'approve' },
      { approval_id: held, resolution: 'approve' },
      { approval_id: executed, resolution: 'approve' },
      { approval_id: executed, resolution: 'escalate', level: 'gatekeeper' },
    ]) {
      const { status, deny_reason } = await ask(request);
      codes.push(`${status} ${deny_reason?.code}`);
    }
    const wrongKey = approverFor({ ...hall.env, WCP_HALL_KEY: KEY });
    const refused = await wrongKey.execute({ approval_id: held, resolution: 'deny' }, contextFor(wrongKey));
    expect([...codes, `${refused.status} ${refused.deny_reason?.code}`]).toEqual([
      'denied NOT_FOUND',
      'denied APPROVAL_RESOLVED',
      'denied INVALID_BODY',
      'denied CONFLICT',
      'denied UNAUTHENTICATED',
    ]);
  });

  test('A Hall can dispatch the worker to resolve one of its own holds.', async () => {
    const env = { WCP_HALL_URL: '', WCP_HALL_KEY: '' };
    const worker = {
      ...approverFor({}),
      execute: (...call: Parameters<typeof own.execute>) => own.execute(...call),
    };
    const within = await RealHall.open({ workers: [worker] });
    Object.assign(env, within.env);
    const own = approverFor(env);
    const approval_id = await within.hold();
    const request = { approval_id, resolution: 'approve' };
    const answer = await within.dispatch({ capability_id: CAPABILITIES.approve, env: 'dev', request });
    expect(answer.result).toMatchObject({ status: 'ok', result: { state: 'approved', outcome: 'ok' } });
    expect(within.ran).toHaveLength(1);
  });
});

describe('with a server that is not a Hall', () => {
  const request = { approval_id: 'one', resolution: 'deny' };
  const codeOf = async (listener: RequestListener) => {
    const worker = await falseHall(listener);
    const result = await worker.execute(request, contextFor(worker));
    expect(JSON.stringify(result)).not.toMatch(/notReallyAKey|127\.0\.0\.1|under/);
    return `${result.status} ${result.deny_reason?.code}`;
  };

  test('An invalid answer is a denial that reveals neither key nor address.', async () => {
    const answering =
      (status: number, type: string, text: string): RequestListener =>
      (_, response) => {
        response.writeHead(status, { 'content-type': type, location: '/x' }).end(text);
      };
    const [json, problem] = ['application/json', 'application/problem+json'];
    for (const listener of [
      answering(200, 'text/html', '<html>'),
      answering(200, json, '<html>'),
      answering(200, '', '{"approval":{}}'),
      answering(200, json, '{"approval":{}}'),
      answering(200, json, '[]'),
      answering(200, json, 'null'),
      answering(500, 'text/plain', 'oops'),
      answering(500, problem, '{"status":500}'),
      // What answers is a redirect and not a Hall: it is not followed.
      answering(302, json, ''),
    ]) {
      expect(await codeOf(listener)).toBe('denied HALL_ANSWER_INVALID');
    }
    expect(await codeOf((_, response) => response.destroy())).toBe('denied HALL_UNREACHABLE');
    const echo =
      (write: (key: string) => string): RequestListener =>
      ({ headers }, response) => {
        const text = write((headers.authorization ?? '').slice('Bearer '.length));
        response.writeHead(403, { 'content-type': problem }).end(text);
      };
    const plain = (key: string) => JSON.stringify({ status: 403, code: 'FORBIDDEN', detail: `it is ${key}` });
    const escaped = (key: string) =>
      plain([...key].map((c) => `@${c.charCodeAt(0).toString(16)}`).join('')).replaceAll('@', '\\u00');
    expect(await codeOf(echo(plain))).toBe('denied HALL_ANSWER_INVALID');
    expect(await codeOf(echo(escaped))).toBe('denied HALL_ANSWER_INVALID');
  });

  test('Requests go to the path of the address, with the key and the correlation id.', async () => {
    const seen: unknown[] = [];
    await codeOf(({ url, headers }, response) => {
      seen.push([url, headers.authorization, headers['x-correlation-id']]);
      response.end();
    });
    expect(seen).toEqual([['/under/wcp/approvals/resolve', `Bearer ${KEY}`, 'test-correlation']]);
  });

  test('Without a usable Hall the worker denies.', async () => {
    for (const env of [
      {},
      { WCP_HALL_URL: 'http://127.0.0.1:1' },
      { WCP_HALL_URL: 'ftp://x', WCP_HALL_KEY: KEY },
      { WCP_HALL_URL: 'http://name:word@x', WCP_HALL_KEY: KEY },
      { WCP_HALL_URL: 'http://x', WCP_HALL_KEY: 'two\nlines' },
    ]) {
      const worker = approverFor(env);
      const { deny_reason } = await worker.execute(request, contextFor(worker));
      expect(deny_reason?.code).toBe('HALL_NOT_CONFIGURED');
    }
  });
});

test('The worker keeps the contract of every worker.', async () => {
  const hash = `sha256:${'0'.repeat(64)}`;
  const approval = {
    ...{ approval_id: 'one', state: 'denied', mode: 'dispatch', level: 'gatekeeper', tenant_id: 't' },
    ...{ correlation_id: 'c', capability_id: 'cap.web.fetch', created_at: '2026-01-31T12:00:00.000Z' },
    ...{
      expires_at: '2026-01-31T12:15:00.000Z',
      input: {},
      history: [],
      resolved_decision_id: null,
      result: null,
    },
    decision: {
      ...{ env: 'dev', data_label: 'PUBLIC', tenant_risk: 'low', qos_class: 'P2', matched_rule_id: 'r' },
      ...{ blast_score: 1, policy_version: 'p', escalation_effective: null, escalation_context: null },
    },
  };
  const worker = await falseHall((_, response) => {
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(
        JSON.stringify({ approval, decision: null, receipt: { receipt_hash: hash }, outcome_receipt: null }),
      );
  });
  const ask = (resolution: string, more: object = {}) => ({ approval_id: 'one', resolution, ...more });
  const valid = [
    ask('approve'),
    ask('deny', { reason: null }),
    ask('escalate', { level: 'executor', reason: 'x'.repeat(2000) }),
    ask('approve', { result: null }),
  ];
  const invalid = [
    {},
    ask('allow'),
    ask('approve', { approval_id: '' }),
    ask('approve', { approval_id: 'x'.repeat(65) }),
    ask('deny', { reason: 'x'.repeat(2001) }),
    ask('deny', { result: 1 }),
    ask('approve', { level: 'executor' }),
    ask('escalate', { level: 'king' }),
    ask('deny', { WCP_HALL_URL: 'http://elsewhere' }),
    ask('deny', { key: 'wcp_x' }),
  ];
  expect(await checkWorker(worker, { valid, invalid })).toEqual([]);
});
