import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isMissing, missingPackage } from '../../src/source/missing-package.ts';
import { policyFolder } from '../support/policy-folder.ts';

const remedyAt = (root: string) => {
  const here = join(root, 'node_modules/@wcp/policy/dist');
  mkdirSync(here, { recursive: true });
  return missingPackage('engine@1.0.0', here).remedy;
};

test('The remedy installs the package where it is found: in the project, or for the whole machine', () => {
  const project = policyFolder({ 'package.json': '{}' });
  expect(remedyAt(project)).toBe(`Run: npm install --prefix ${project} engine@1.0.0`);
  const spaced = policyFolder({ "it's here/package.json": '{}' });
  expect(remedyAt(join(spaced, "it's here"))).toBe(
    `Run: npm install --prefix '${spaced}/it'\\''s here' engine@1.0.0`,
  );
  expect(remedyAt(policyFolder({}))).toBe('Run: npm install --global engine@1.0.0');
  expect(missingPackage('engine@1.0.0', '/src').remedy).toBe('Run: npm install engine@1.0.0');
});

test('Only a package that is not there is missing, not what it fails to find', () => {
  const error = (code: string, message: string) => Object.assign(new Error(message), { code });
  expect(isMissing(error('MODULE_NOT_FOUND', "Cannot find module '@a/engine/node'\n"), '@a/engine')).toBe(
    true,
  );
  expect(
    isMissing(error('ERR_MODULE_NOT_FOUND', "Cannot find package '@a/engine' imported"), '@a/engine'),
  ).toBe(true);
  expect(isMissing(error('MODULE_NOT_FOUND', "Cannot find module './part.wasm'"), '@a/engine')).toBe(false);
  expect(isMissing(new Error('broken'), '@a/engine')).toBe(false);
});
