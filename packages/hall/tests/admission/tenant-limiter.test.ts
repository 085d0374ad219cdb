import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { TenantLimiter } from '../../src/admission/tenant-limiter.ts';

/** Dispatches that end when they are told to, by their names in the order of their start. */
function stepwise(tenantLimiter: TenantLimiter) {
  const started: string[] = [];
  const ends: (() => void)[] = [];
  const enter = (tenant: string, qosClass: string, name: string) =>
    tenantLimiter.enter(tenant, qosClass, () => {
      started.push(name);
      return new Promise<string>((resolve) => ends.push(() => resolve(name)));
    });
  const step = async () => {
    ends.shift()?.();
    await sleep(1);
  };
  return { started, enter, step };
}

test('a tenant that asks a lot keeps no other waiting', async () => {
  const { started, enter, step } = stepwise(new TenantLimiter({ concurrency: 1 }));
  const all = [enter('a', 'P2', 'a1'), enter('a', 'P2', 'a2'), enter('b', 'P3', 'b1')];
  await sleep(1);
  expect(started).toEqual(['a1', 'b1']);
  for (let index = 0; index < 3; index += 1) await step();
  expect(await Promise.all(all)).toEqual(['a1', 'a2', 'b1']);
});

test('within a tenant the urgent ones go first', async () => {
  const { started, enter, step } = stepwise(new TenantLimiter({ concurrency: 1 }));
  const all = [enter('a', 'P2', 'first'), enter('a', 'P3', 'background'), enter('a', 'P0', 'urgent')];
  for (let index = 0; index < 3; index += 1) {
    await sleep(1);
    await step();
  }
  await Promise.all(all);
  expect(started).toEqual(['first', 'urgent', 'background']);
});

test('where too many of a class wait, one more is refused, and one of another class is not', async () => {
  const { enter, step } = stepwise(new TenantLimiter({ concurrency: 1, waiting: 1 }));
  const all = [enter('a', 'P2', 'runs'), enter('a', 'P2', 'waits')];
  await sleep(1);
  await expect(enter('a', 'P2', 'one too many')).rejects.toMatchObject({ code: 'RATE_LIMITED' });
  all.push(enter('a', 'P0', 'urgent'));
  for (let index = 0; index < 3; index += 1) await step();
  expect((await Promise.all(all)).sort()).toEqual(['runs', 'urgent', 'waits']);
});

test('one that fails gives its place back', async () => {
  const tenantLimiter = new TenantLimiter({ concurrency: 1 });
  await expect(tenantLimiter.enter('a', 'P1', () => Promise.reject(new Error('failed')))).rejects.toThrow(
    'failed',
  );
  expect(await tenantLimiter.enter('a', 'nonsense', async () => 'goes on')).toBe('goes on');
});
