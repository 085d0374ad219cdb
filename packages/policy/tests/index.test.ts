import { expect, test } from 'vitest';

test('The package @wcp/policy exports these names and no others.', async () => {
  expect(Object.keys(await import('../src/index.ts')).toSorted()).toEqual(['PolicyError', 'openGate']);
});

test('The subpath @wcp/policy/cedar exports these names and no others.', async () => {
  expect(Object.keys(await import('../src/cedar/index.ts')).toSorted()).toEqual([
    'cedarPolicies',
    'cedarSchema',
    'ruledCapabilities',
  ]);
});
