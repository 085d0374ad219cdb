import { expect, test } from 'vitest';
import type { Logger } from '../../src/base/logger.ts';
import { assembleHall } from '../../src/hall/create-hall.ts';

type Line = Parameters<Logger>;

async function logged(log_requests: boolean): Promise<Line[]> {
  const lines: Line[] = [];
  const hall = await assembleHall({ log_requests, log: (...line) => lines.push(line) });
  const { app, parts } = hall;
  await app.inject({ url: '/wcp/health', headers: { 'x-request-id': 'mine-1' } });
  await app.inject({
    url: '/no/such/needle?secret=needle',
    headers: { 'x-request-id': 'forged\tneedle id' },
  });
  parts.registry.list = () => {
    throw new Error('needle');
  };
  await app.inject({ url: '/wcp/workers', headers: { 'x-request-id': 'mine-2' } });
  await hall.close();
  return lines;
}

test('Each request that was answered is a line with its id, its route, its caller and its status.', async () => {
  const lines = await logged(true);
  const [health, missing] = lines;
  expect(health).toEqual([
    'info',
    'GET /wcp/health 200 (mine-1)',
    {
      request_id: 'mine-1',
      method: 'GET',
      route: '/wcp/health',
      status: 200,
      duration_ms: expect.any(Number),
      principal: 'anonymous',
      tenant_id: null,
    },
  ]);
  expect(missing?.[1]).toMatch(/^GET \(no route\) 404 \([0-9a-f-]{36}\)$/);
  expect(JSON.stringify(lines)).not.toContain('needle');
});

test('What failed unexpectedly is logged with the id that the client was answered with.', async () => {
  const lines = await logged(false);
  expect(lines.map(([level, , more]) => [level, more])).toEqual([
    ['error', { request_id: 'mine-2', method: 'GET', route: '/wcp/workers' }],
  ]);
});
