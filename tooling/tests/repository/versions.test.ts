import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../../src/repository/root.ts';
import { readWorkspace } from '../../src/repository/workspace.ts';

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const manifest = JSON.parse(read('package.json'));

test('One version of Node is named wherever a tool looks for it.', () => {
  const version = read('.nvmrc').trim();
  expect(read('pnpm-workspace.yaml')).toContain(`nodeVersion: ${version}\n`);
  expect(Object.values(manifest.optionalDependencies)).toEqual([version, version]);
});

test('The package manager that installs is the one that scripts call.', () => {
  expect(manifest.packageManager).toBe(`pnpm@${manifest.devDependencies.pnpm}`);
});

test('Every dependency is pinned to one version.', () => {
  const loose = [{ folder: '.' }, ...readWorkspace(ROOT)].flatMap(({ folder }) => {
    const { dependencies = {}, devDependencies = {} } = JSON.parse(read(`${folder}/package.json`));
    const versions = Object.entries({ ...dependencies, ...devDependencies });
    return versions.filter(
      ([, version]) => !/^(\d+\.\d+\.\d+|catalog:$|workspace:\*$)/.test(String(version)),
    );
  });
  expect(loose).toEqual([]);
});

test('The lockfile names no registry.', () => {
  expect(read('pnpm-lock.yaml')).not.toMatch(/https?:\/\//);
});
