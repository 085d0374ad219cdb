import { expect, test } from 'vitest';
import { checkEnvironment, checkSecrets, secretVariables } from '../../src/view/environment.ts';

const misuse = expect.objectContaining({ code: 'ERR_WCP_SANDBOX' });

test.each([
  'LD_PRELOAD',
  'LD_LIBRARY_PATH',
  'GLIBC_TUNABLES',
  'NODE_OPTIONS',
  'NODE_PATH',
  'NODE_COMPILE_CACHE',
  'PYTHONPATH',
  'PYTHONHOME',
  'PYTHONSTARTUP',
  'BASH_ENV',
  'not a name',
  '',
  '1X',
  'A=B',
])('the variable %j is refused', (name) => {
  expect(() => checkEnvironment({ [name]: 'x' })).toThrow(misuse);
});

test('other variables are free, but for a NUL in their value', () => {
  checkEnvironment({
    NODE_ENV: 'production',
    NODE_EXTRA_CA_CERTS: '/worker/ca.pem',
    PYTHONUNBUFFERED: '1',
    WCP_PERMIT_STORE: '/x',
  });
  expect(() => checkEnvironment({ A: 'x\0y' })).toThrow(misuse);
});

test.each(['LD_AUDIT', 'NODE_ENV', 'NODE_X', 'PYTHONUTF8', 'PATH', 'HOME', '../x', '.x', 'a/b', ''])(
  'a secret is never called %j',
  (name) => {
    expect(() => checkSecrets({ [name]: new Uint8Array() }, [name])).toThrow(misuse);
  },
);

test('a secret that the envelope does not name is refused', () => {
  checkSecrets({ API_KEY: new Uint8Array(), 'signing.pem': new Uint8Array() }, [
    'API_KEY',
    'signing.pem',
    'OTHER',
  ]);
  expect(() => checkSecrets({ API_KEY: new Uint8Array() }, ['API'])).toThrow(misuse);
});

test('a secret is a variable where it is text under a name that a variable may have', () => {
  const secrets = {
    KEY: Buffer.from('\ufeffkéy\n'),
    'key.pem': Buffer.from('x'),
    BYTES: Buffer.from([0xff]),
    NUL: Buffer.from('a\0b'),
  };
  expect(secretVariables(secrets)).toEqual({ KEY: '\ufeffkéy\n' });
});
