import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { loadPackage } from '../src/base/load-package.ts';
import { generateSigningKey } from '../src/key/index.ts';
import { merkleRoot, signCheckpoint } from '../src/log/index.ts';

const SOURCES = join(import.meta.dirname, '../src');
const IMPORT = /^(?:import|export)\s(?!type\b)(?:[^'"]*?\sfrom\s)?'([^']+)'/gm;

/** The packages that an entry loads, through every file of its own. */
function packagesOf(entry: string): string[] {
  const seen = new Set<string>();
  const packages = new Set<string>();
  const visit = (file: string) => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const [, name = ''] of readFileSync(file, 'utf8').matchAll(IMPORT)) {
      if (name.startsWith('.')) visit(join(dirname(file), name));
      else if (!name.startsWith('node:') && !name.startsWith('@wcp/')) packages.add(name);
    }
  };
  visit(join(SOURCES, entry));
  return [...packages].sort();
}

const { exports: entries } = JSON.parse(
  readFileSync(join(import.meta.dirname, '../package.json'), 'utf8'),
) as { exports: Record<string, unknown> };
const names = Object.keys(entries).filter((name) => name !== './package.json');

test.each(names)('The entry %s loads no library before it is needed.', (name) => {
  expect(packagesOf(join(name, 'index.ts'))).toEqual([]);
});

/** Runs a program in a process in which packages are not installed. */
function runWithout(packages: readonly string[], program: string): string {
  const hide = `
    import { registerHooks } from 'node:module';
    registerHooks({
      resolve(name, context, next) {
        if (!${JSON.stringify(packages)}.includes(name)) return next(name, context);
        const message = "Cannot find package '" + name + "' imported from " + context.parentURL;
        throw Object.assign(new Error(message), { code: 'ERR_MODULE_NOT_FOUND' });
      },
    });`;
  const hook = `data:text/javascript,${encodeURIComponent(hide)}`;
  const args = ['--import', hook, '--input-type=module', '--eval', program];
  return execFileSync(process.execPath, args, { cwd: SOURCES, encoding: 'utf8' });
}

const checkpoint = JSON.stringify(
  signCheckpoint({ origin: 'a.example/log', size: 0, root: merkleRoot([]) }, generateSigningKey()),
);

test('A verification of timestamps without its packages says what to install, and asking for one needs none.', () => {
  const out = runWithout(
    ['pkijs', 'asn1js'],
    `import { timestampRequest, verifyTimestamp } from './timestamp/index.ts';
     console.log(timestampRequest(${checkpoint}).der.length);
     const claim = { timestamp: new Uint8Array(), checkpoint: '', certificates: '' };
     await verifyTimestamp(claim).catch(({ code, message }) => console.log(code, message));`,
  );
  expect(out).toBe(
    '69\nERR_WCP_NOT_INSTALLED The verification of a timestamp needs a package that is not installed. Run: npm install pkijs asn1js\n',
  );
});

test('A SCITT statement without its package says what to install.', () => {
  const out = runWithout(
    ['cborg'],
    `import { signedStatement } from './scitt/index.ts';
     await signedStatement({}, {}).catch(({ code, message }) => console.log(code, message));`,
  );
  expect(out).toBe(
    'ERR_WCP_NOT_INSTALLED A SCITT statement needs a package that is not installed. Run: npm install cborg\n',
  );
});

test('A package that is there and cannot be loaded is not said to be missing.', async () => {
  const broken = new SyntaxError('Unexpected token');
  await expect(loadPackage(() => Promise.reject(broken), 'A test', 'x')).rejects.toBe(broken);
});
