import { expect, test } from 'vitest';
import { telemetryChecks } from '../../../../src/deployment/doctor/services/telemetry-checks.ts';
import { Collector } from '../../../telemetry/collector.ts';

const check = (otlp: { readonly url: string; readonly metrics?: boolean; readonly traces?: boolean }) =>
  telemetryChecks({ dir: '/srv/hall', env: {}, now: 0 }, { otlp });

test('A Hall that reports to nobody has no check; a collector that takes reports is right.', async () => {
  expect(await telemetryChecks({ dir: '.', env: {}, now: 0 }, undefined)).toEqual([]);
  const collector = await Collector.open();
  expect(await check({ url: collector.url })).toMatchObject([{ name: 'telemetry', status: 'ok' }]);
  expect(await check({ url: collector.url, traces: false })).toMatchObject([{ status: 'ok' }]);
  expect(collector.paths).toEqual(['/v1/traces', '/v1/metrics']);
  expect([collector.spans, collector.points, collector.refused]).toEqual([[], [], []]);
});

test('A collector that refuses, or is not there, is a warning; a key in its address is not shown.', async () => {
  const collector = await Collector.open();
  collector.behaviour = 'fails';
  const [refused] = await check({ url: `${collector.url}/needle?key=needle` });
  expect(refused).toMatchObject({ status: 'warn', message: expect.stringContaining('HTTP 400') });
  const [absent] = await check({ url: 'http://127.0.0.1:9/needle' });
  expect(absent).toMatchObject({ status: 'warn', remedy: 'curl -sS http://127.0.0.1:9' });
  expect(JSON.stringify([refused, absent])).not.toContain('needle');
});
