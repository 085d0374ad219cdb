import { expect, test } from 'vitest';
import { folderOf, open } from '../deployment/support.ts';
import { Collector } from './collector.ts';

test('A Hall in a folder answers enforcement points and reports as its server.json says.', async () => {
  const collector = await Collector.open();
  const dir = folderOf({
    'server.json': {
      port: 0,
      authzen: {
        defaults: { env: 'dev', data_label: 'PUBLIC', tenant_risk: 'low', qos_class: 'P2' },
        capabilities: [{ type: 'tool', id: 'hello', capability_id: 'cap.nothing.known' }],
      },
      telemetry: {
        otlp: { url: collector.url, interval_ms: 100, headers: { authorization: { from: 'OTLP' } } },
      },
    },
    'rules.json': [],
  });
  const { made, url } = await open(dir, { env: { OTLP: 'Bearer collector' }, listens: true });
  const { key } = made.keys.find(({ role }) => role === 'tenant') ?? {};
  const answer = await fetch(`${url}/access/v1/evaluation`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'x-request-id': 'r-1' },
    body: JSON.stringify({
      subject: { type: 'identity', id: 'alice' },
      action: { name: 'tools/call' },
      resource: { type: 'tool', id: 'hello' },
    }),
  });
  expect(answer.headers.get('x-request-id')).toBe('r-1');
  expect(await answer.json()).toMatchObject({
    decision: false,
    context: { deny_code: 'DENY_NO_MATCHING_RULE', correlation_id: 'r-1' },
  });
  const [span] = await collector.spansOf('POST /access/v1/evaluation');
  expect(span?.attributes).toMatchObject({ 'wcp.request_id': 'r-1', 'http.response.status_code': 200 });
  expect(collector.headers[0]?.authorization).toBe('Bearer collector');
});
