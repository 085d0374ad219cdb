import { readFileSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { telemetryChecks } from '../../src/deployment/doctor/services/telemetry-checks.ts';
import { TestHall } from '../support/test-hall.ts';

vi.mock('../../src/telemetry/otlp.ts', () => {
  throw Object.assign(new Error("Cannot find package '@opentelemetry/api'"), {
    code: 'ERR_MODULE_NOT_FOUND',
  });
});

test('A Hall whose telemetry cannot be loaded does not start, and says what installs it.', async () => {
  const opening = TestHall.open({ telemetry: { otlp: { url: 'http://127.0.0.1:4318' } } });
  await expect(opening).rejects.toMatchObject({
    code: 'ERR_WCP_HALL',
    message: expect.stringContaining('npm install @opentelemetry/api@1.10.0 '),
  });
});

test('The doctor finds that before the start, with the command that installs it.', async () => {
  const base = { dir: '.', env: {}, now: 0 };
  expect(await telemetryChecks(base, { otlp: { url: 'http://127.0.0.1:4318' } })).toMatchObject([
    { name: 'telemetry', status: 'fail', remedy: expect.stringMatching(/^npm install @opentelemetry\/api@/) },
  ]);
});

test('What it says to install are the versions that it is tested with.', async () => {
  const { devDependencies } = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  );
  const names = Object.keys(devDependencies).filter((name) => name.startsWith('@opentelemetry/'));
  const { message } = await TestHall.open({ telemetry: { otlp: { url: 'http://127.0.0.1:4318' } } }).catch(
    (error) => error,
  );
  expect(names).toHaveLength(6);
  for (const name of names) expect(`${message} `).toContain(`${name}@${devDependencies[name]} `);
});

test('A Hall that sends nothing anywhere does not need it.', async () => {
  const hall = await TestHall.open();
  expect((await hall.get('nobody', '/wcp/health')).status).toBe(200);
  await hall.close();
});
