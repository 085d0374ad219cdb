import { WorkerContextSchema } from '@wcp/spec/document';
import { expect, test } from 'vitest';
import { readContext } from '../../src/run/read-context.ts';
import { testContext } from '../../src/testing/index.ts';

const paths = (value: unknown) => readContext(value).findings.map(({ path, code }) => `${path} ${code}`);

test('A context has the members of its schema, and each is required.', () => {
  const { required } = WorkerContextSchema as unknown as { required: string[] };
  expect(paths({})).toEqual(required.toSorted().map((name) => `/${name} MISSING_MEMBER`));
  expect(readContext(testContext()).context).toEqual(testContext());
});

test('An opaque id has the form of the schema.', () => {
  const { properties } = WorkerContextSchema as unknown as {
    properties: Record<string, { pattern?: string }>;
  };
  const pattern = new RegExp(properties['correlation_id']?.pattern ?? 'x');
  for (const id of ['a', 'a b', '', 'x'.repeat(128), 'x'.repeat(129), 'A.z0_:@/-', 'é', 'a\n']) {
    expect(paths(testContext({ correlation_id: id })).length === 0, id).toBe(pattern.test(id));
  }
});

test.each<[string, object, string]>([
  ['env', { env: 'moon' }, '/env INVALID_VALUE'],
  ['data label', { data_label: 'public' }, '/data_label INVALID_VALUE'],
  ['QoS class', { qos_class: 'P4' }, '/qos_class INVALID_VALUE'],
  ['capability', { capability_id: 'wrk.doc.x' }, '/capability_id INVALID_VALUE'],
  ['worker', { worker_id: 'org.acme' }, '/worker_id INVALID_VALUE'],
  ['policy version', { policy_version: null }, '/policy_version INVALID_VALUE'],
  ['decision', { decision_id: 7 }, '/decision_id INVALID_VALUE'],
  ['deadline in no time zone', { deadline: '2026-01-01T00:00:00' }, '/deadline INVALID_VALUE'],
  ['deadline on no day', { deadline: '2026-02-30T00:00:00Z' }, '/deadline INVALID_VALUE'],
  ['deadline as a number', { deadline: 5 }, '/deadline INVALID_VALUE'],
  ['member that nobody knows', { 'x/y': 1 }, '/x~1y UNKNOWN_MEMBER'],
  [
    'getter that throws',
    {
      get env() {
        throw new Error();
      },
    },
    '/env NOT_JSON',
  ],
])('A context with a wrong %s is not accepted.', (_, wrong, finding) => {
  expect(paths(Object.defineProperties(testContext(), Object.getOwnPropertyDescriptors(wrong)))).toEqual([
    finding,
  ]);
});

test.each([undefined, null, 7, 'text', [], new Map(), () => {}])('A context cannot be %j.', (value) => {
  expect(readContext(value)).toMatchObject({ context: null, echo: { correlation_id: null } });
  expect(paths(value)).toHaveLength(1);
});

test('Valid members are repeated whatever else is wrong, and invalid ones are null.', () => {
  const reading = readContext({ ...testContext(), tenant_id: 'a b', env: 'moon' });
  expect(reading.echo).toEqual({
    correlation_id: 'test-correlation',
    tenant_id: null,
    capability_id: 'cap.doc.summarize',
    decision_id: testContext().decision_id,
  });
});

test('Members of a polluted Object.prototype do not count.', () => {
  const polluted = Object.prototype as { tenant_id?: string };
  const { tenant_id: _, ...rest } = testContext();
  polluted.tenant_id = 'evil';
  try {
    expect(paths(rest)).toEqual(['/tenant_id MISSING_MEMBER']);
    expect(readContext(rest).echo.tenant_id).toBeNull();
  } finally {
    delete polluted.tenant_id;
  }
});

test('A thousand unknown members give a limited list.', () => {
  const many = Object.fromEntries(Array.from({ length: 1000 }, (_, n) => [`m${n}`, n]));
  expect(readContext({ ...testContext(), ...many }).findings).toHaveLength(100);
});
