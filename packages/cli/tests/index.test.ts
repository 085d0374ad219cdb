import { expect, it } from 'vitest';

it('The package exports exactly these names.', async () => {
  expect(Object.keys(await import('../src/index.ts')).sort()).toEqual(['runCli']);
});
