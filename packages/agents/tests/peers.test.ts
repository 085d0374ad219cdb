import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const jsonOf = (path: string) => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
const { peerDependencies, peerDependenciesMeta } = jsonOf('../package.json') as {
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional: boolean }>>;
};
const { dependencies } = jsonOf('../../../examples/package.json') as {
  readonly dependencies: Readonly<Record<string, string>>;
};
const frameworks = Object.keys(peerDependencies).filter((name) => !name.startsWith('@wcp/'));

test('Each framework is an optional peer: nobody gets one that they do not use.', () => {
  expect(frameworks).toHaveLength(6);
  for (const name of Object.keys(peerDependencies)) {
    expect(peerDependenciesMeta[name], name).toEqual({ optional: true });
  }
});

test.each(frameworks)('The version of %s that is tried is in the range that is declared.', (name) => {
  const [major = 0, minor = 0] = numbersOf(peerDependencies[name]);
  const [tried = -1, triedMinor = -1] = numbersOf(dependencies[name]);
  expect(peerDependencies[name]).toMatch(/^\^\d+\.\d+\.0$/);
  expect(tried).toBe(major);
  if (major === 0) expect(triedMinor).toBe(minor);
  else expect(triedMinor).toBeGreaterThanOrEqual(minor);
});

function numbersOf(version = ''): number[] {
  return version.replace('^', '').split('.').map(Number);
}
