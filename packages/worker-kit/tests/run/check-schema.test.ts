import { expect, test } from 'vitest';
import { context, outcomeOf, workerThat } from '../samples.ts';

const schema = (validate: (value: unknown) => unknown) => ({
  '~standard': { version: 1 as const, vendor: 'test', validate: validate as never },
});
const withInput = (validate: (value: unknown) => unknown) =>
  workerThat((request) => request, { input: schema(validate) }).execute({ text: 'x' }, context);
const secret = () => {
  throw new Error('SECRET');
};

test.each<[string, (value: unknown) => unknown]>([
  ['throws', secret],
  ['rejects', () => Promise.reject(new Error('SECRET'))],
  ['answers nothing', () => undefined],
  ['answers null', () => null],
  ['answers text', () => 'yes'],
  ['answers neither value nor issues', () => ({})],
  ['answers issues that are no list', () => ({ issues: 7 })],
  ['answers an issue that is null', () => ({ issues: [null] })],
  [
    'answers issues that throw',
    () => ({
      get issues() {
        return secret();
      },
    }),
  ],
  [
    'answers a value that throws',
    () => ({
      get value() {
        return secret();
      },
    }),
  ],
])('A schema that %s is broken, and the worker says so.', async (_, validate) => {
  const result = await withInput(validate);
  expect(result).toMatchObject({ status: 'error', deny_reason: { code: 'WORKER_SCHEMA_FAILED' } });
  expect(JSON.stringify(result)).not.toContain('SECRET');
  expect(await outcomeOf(() => 1, { output: schema(validate) })).toMatchObject({
    status: 'error',
    deny_reason: { code: 'WORKER_SCHEMA_FAILED' },
  });
});

test('A schema may be asynchronous.', async () => {
  expect(await withInput(async () => ({ value: 'later' }))).toMatchObject({ status: 'ok', result: 'later' });
});

test('A refusal without issues is still a refusal.', async () => {
  expect(await withInput(() => ({ issues: [] }))).toMatchObject({
    status: 'denied',
    deny_reason: { code: 'WORKER_INVALID_INPUT', findings: [{ path: '' }] },
  });
});

test('Paths are JSON Pointers of any kind of segment, and messages are escaped and shortened.', async () => {
  const result = await withInput(() => ({
    issues: [
      { message: 'a\u202eb', path: ['b', 0, { key: 'x/y' }] },
      { message: 'c'.repeat(1000), path: [Symbol('s')] },
      { message: 7, path: undefined },
      { message: 'deep', path: Array.from({ length: 2000 }, () => 'seg') },
    ],
  }));
  const findings = (result.deny_reason as unknown as { findings: { path: string; message: string }[] })
    .findings;
  expect(findings.map(({ path }) => path.slice(0, 20))).toEqual([
    '',
    '/Symbol(s)',
    '/b/0/x~1y',
    '/seg/seg/seg/seg/seg',
  ]);
  expect(findings[3]?.path).toHaveLength(1024);
  expect(findings[0]?.message).toBe('The value is not accepted.');
  expect(findings[1]?.message).toHaveLength(500);
  expect(findings[2]?.message).toBe('a\\u202eb');
});

test('A thousand issues give a hundred findings.', async () => {
  const result = await withInput(() => ({ issues: Array.from({ length: 1000 }, () => ({ message: 'no' })) }));
  expect(result.deny_reason).toHaveProperty('findings.length', 100);
});
