import { expect, test } from 'vitest';
import { traceOfPermit } from '../../src/run/trace-of-permit.ts';

const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const permitOf = (payload: string) => `h.${Buffer.from(payload).toString('base64url')}.s`;

test('The trace of a call is what its permit says.', () => {
  expect(traceOfPermit(permitOf(JSON.stringify({ traceparent: TRACEPARENT })))).toBe(TRACEPARENT);
});

test.each([
  undefined,
  null,
  7,
  '',
  'a.b',
  permitOf('not JSON'),
  permitOf('null'),
  permitOf('{}'),
  permitOf(JSON.stringify({ traceparent: 'anything\r\nx-header: 1' })),
  permitOf(JSON.stringify({ traceparent: [TRACEPARENT] })),
  permitOf(JSON.stringify({ traceparent: TRACEPARENT, pad: 'x'.repeat(9_000) })),
  permitOf('['.repeat(5_000)),
])('Without one, or with what is none (%#), there is no trace.', (permit) => {
  expect(traceOfPermit(permit)).toBeNull();
});
