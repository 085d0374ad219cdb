import { expect, it } from 'vitest';

it('the package exports exactly these names', async () => {
  expect(Object.keys(await import('../src/index.ts')).sort()).toEqual(['runCli']);
});
