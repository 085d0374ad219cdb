import { expect, test } from 'vitest';
import { parseTraceparent, writeTraceparent } from '../../src/opentelemetry/index.ts';

const valid = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

test('A traceparent is read and written as W3C specifies.', () => {
  const parsed = parseTraceparent(valid);
  expect(parsed).toEqual({
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId: 'b7ad6b7169203331',
    traceFlags: 1,
    isRemote: true,
  });
  expect(parsed && writeTraceparent(parsed)).toBe(valid);
  expect(parseTraceparent(valid.replace(/01$/, '00'))?.traceFlags).toBe(0);
  expect(parseTraceparent(`${valid.replace(/^00/, '01')}-more`)?.traceFlags).toBe(1);
});

test.each([
  undefined,
  null,
  7,
  '',
  'junk',
  `${valid}-more`,
  `${valid} `,
  `${valid}\n`,
  valid.toUpperCase(),
  valid.replace(/^00/, 'ff'),
  '00-00000000000000000000000000000000-b7ad6b7169203331-01',
  '00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01',
  valid.slice(0, -1),
  `${valid.replace(/^00/, '01')}-${'x'.repeat(1000)}`,
])('The text %j is not a traceparent.', (text) => {
  expect(parseTraceparent(text)).toBeNull();
});
