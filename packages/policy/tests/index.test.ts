import { expect, test } from 'vitest';

test('The package @wcp/policy exports these names and no others.', async () => {
  expect(Object.keys(await import('../src/index.ts')).toSorted()).toEqual([
    'PolicyError',
    'checkPolicies',
    'installCommand',
    'openGate',
  ]);
});

test('The subpath @wcp/policy/cedar exports these names and no others.', async () => {
  expect(Object.keys(await import('../src/cedar/index.ts')).toSorted()).toEqual([
    'cedarPolicies',
    'cedarSchema',
    'ruledCapabilities',
  ]);
});

test('The subpaths of the other engines export these names and no others.', async () => {
  expect(Object.keys(await import('../src/opa/index.ts')).toSorted()).toEqual(['opaBundle', 'opaServer']);
  expect(Object.keys(await import('../src/authzen/index.ts')).toSorted()).toEqual([
    'authzenServer',
    'openToolCallAuthorizer',
    'readToolMapping',
  ]);
});
