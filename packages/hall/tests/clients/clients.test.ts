import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { EventSource } from 'eventsource';
import parsePrometheusTextFormat from 'parse-prometheus-text-format';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inputFor } from '../support/documents.ts';
import { TestHall } from '../support/test-hall.ts';
import { waitFor } from '../support/wait-for.ts';
import { CAPABILITIES } from '../support/workers.ts';

let hall: TestHall;
let url: string;
beforeAll(async () => {
  hall = await TestHall.open();
  url = await hall.hall.app.listen({ port: 0, host: '127.0.0.1' });
});
afterAll(() => hall.close());

describe('plain fetch', () => {
  test('A program with fetch alone dispatches and finds the evidence.', async () => {
    const headers = { ...hall.authorization('tenant'), 'content-type': 'application/json' };
    const input = inputFor('tenant-a', { request: { text: 'grüße 😀' } });
    const answer = await fetch(`${url}/wcp/dispatch`, {
      method: 'POST',
      headers,
      body: JSON.stringify(input),
    });
    const dispatched = (await answer.json()) as { decision: { decision_id: string }; result: unknown };
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      200,
      expect.stringContaining('application/json'),
    ]);
    expect(dispatched.result).toMatchObject({ result: { echoed: { text: 'grüße 😀' } } });
    const { decision_id } = dispatched.decision;
    const decision = await fetch(`${url}/wcp/decisions/${decision_id}`, { headers });
    expect(await decision.json()).toMatchObject({ input });
  });

  test('A request by fetch without a key gets a problem document.', async () => {
    const answer = await fetch(`${url}/wcp/dispatch`, { method: 'POST', body: 'hello' });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      401,
      expect.stringContaining('application/problem+json'),
    ]);
  });
});

describe('curl', () => {
  async function curl(...args: readonly string[]) {
    const format = '\n%{http_code} %{content_type}';
    const { stdout } = await promisify(execFile)('curl', ['-sS', '-w', format, ...args]);
    const [, body = '', status = '', type = ''] = /^(.*)\n(\d+) (.*)$/s.exec(stdout) ?? [];
    return { status: Number(status), type, body };
  }

  test('A request by curl dispatches, is held or is denied.', async () => {
    const auth = `authorization: Bearer ${hall.keys.get('tenant')}`;
    const statuses = await Promise.all(
      [CAPABILITIES.plain, CAPABILITIES.held, 'cap.nothing.known'].map(async (capability_id) => {
        const body = JSON.stringify(inputFor('tenant-a', { capability_id }));
        const json = 'content-type: application/json';
        const { status, body: text } = await curl('-H', auth, '-H', json, '-d', body, `${url}/wcp/dispatch`);
        return [status, JSON.parse(text).decision.outcome];
      }),
    );
    expect(statuses).toEqual([
      [200, 'DISPATCH'],
      [202, 'STEWARD_HOLD'],
      [403, 'DENY'],
    ]);
  });

  test('A request by curl reads the health without a key, and its head alone.', async () => {
    const { status, body } = await curl(`${url}/wcp/health`);
    expect([status, JSON.parse(body).status]).toEqual([200, 'ok']);
    expect((await curl('--head', `${url}/wcp/health`)).status).toBe(200);
  });

  test('A request by curl that does not name the media type gets a problem document.', async () => {
    const { status, type, body } = await curl('-u', 'me:secret', '-d', '{"a":1}', `${url}/wcp/route`);
    expect([status, type]).toEqual([401, expect.stringContaining('application/problem+json')]);
    expect(body).not.toContain('secret');
    const auth = `authorization: Bearer ${hall.keys.get('tenant')}`;
    const other = await curl('-H', auth, '-d', '{"a":1}', `${url}/wcp/route`);
    expect([other.status, JSON.parse(other.body).code]).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
  });
});

describe('an EventSource', () => {
  test('An EventSource that the server cuts off reconnects and misses nothing.', async () => {
    const told: { readonly id: string; readonly event_id: string }[] = [];
    const sent: (string | null)[] = [];
    const source = new EventSource(`${url}/wcp/events`, {
      fetch: (address, init) => {
        const headers = new Headers(init.headers);
        sent.push(headers.get('last-event-id'));
        for (const [name, value] of Object.entries(hall.authorization('tenant'))) headers.set(name, value);
        return fetch(address, { ...init, headers });
      },
    });
    source.addEventListener('message', ({ data, lastEventId }) => {
      told.push({ id: lastEventId, event_id: JSON.parse(data).event_id });
    });
    await waitFor('the connection', () => source.readyState === EventSource.OPEN);
    const dispatch = () => hall.post('tenant', '/wcp/dispatch', inputFor('tenant-a'));
    await dispatch();
    await waitFor('the first events', () => told.length === 6);
    hall.hall.app.server.closeAllConnections();
    await waitFor('the cut', () => source.readyState === EventSource.CONNECTING);
    await dispatch();
    await waitFor('the events of the time between', () => told.length === 12);
    await dispatch();
    await waitFor('the latest events', () => told.length === 18);
    source.close();
    expect(sent).toEqual([null, told[5]?.id]);
    expect(new Set(told.map(({ id }) => id)).size).toBe(18);
    const names = told.map(({ event_id }) => event_id);
    expect(names.slice(6, 12)).toEqual(names.slice(0, 6));
    expect(names.slice(12)).toEqual(names.slice(0, 6));
  });
});

describe("Prometheus's text parser", () => {
  test('The parser reads every metric and every count.', async () => {
    const own = await TestHall.open();
    await own.post('tenant', '/wcp/dispatch', inputFor('tenant-a'));
    await own.post('tenant', '/wcp/dispatch', inputFor('tenant-a', { capability_id: 'cap.nothing.known' }));
    await own.post('tenant', '/wcp/route', inputFor('tenant-a', { env: 'stage' }));
    await own.hold();
    const { text, type } = await own.get('auditor', '/metrics');
    await own.close();
    expect(type).toMatch(/^text\/plain; version=\d/);
    const metrics = new Map(parsePrometheusTextFormat(text).map((metric) => [metric.name, metric]));
    for (const line of text.split('\n').filter((found) => found.startsWith('# TYPE '))) {
      expect(metrics.has(line.split(' ')[2] as string)).toBe(true);
    }
    for (const { help, name } of metrics.values())
      expect([name, help]).toEqual([name, expect.stringMatching(/./)]);
    const samplesOf = (name: string) =>
      metrics.get(name)?.metrics.map(({ labels, value }) => [labels ?? {}, value]);
    expect(samplesOf('wcp_decisions_total')).toEqual([
      [{ operation: 'dispatch', outcome: 'DISPATCH', deny_code: '', env: 'dev' }, '1'],
      [{ operation: 'dispatch', outcome: 'DENY', deny_code: 'DENY_NO_MATCHING_RULE', env: 'dev' }, '1'],
      [{ operation: 'route', outcome: 'DISPATCH', deny_code: '', env: 'stage' }, '1'],
      [{ operation: 'dispatch', outcome: 'STEWARD_HOLD', deny_code: '', env: 'dev' }, '1'],
    ]);
    expect(samplesOf('wcp_outcomes_total')).toEqual([[{ status: 'ok' }, '1']]);
    expect(samplesOf('wcp_approvals_pending')).toEqual([[{}, '1']]);
    expect(samplesOf('wcp_store_ok')).toEqual([[{}, '1']]);
    const durations = metrics.get('wcp_request_duration_seconds');
    expect(durations).toMatchObject({ type: 'HISTOGRAM', metrics: [{ buckets: { '+Inf': '1' } }] });
    expect(text).toContain('wcp_request_duration_seconds_count{operation="dispatch"} 3');
  });

  test('No metric names a tenant, a worker or anything that a client can make up.', async () => {
    await hall.post(
      'tenant',
      '/wcp/route',
      inputFor('tenant-a', { env: 'made-up', capability_id: 'cap.made.up' }),
    );
    const { text } = await hall.get('auditor', '/metrics');
    expect(text).not.toMatch(/tenant-a|made|org\.acme|corr-/);
  });
});
