import { expect, test } from 'vitest';
import { generateSigningKey } from '../../src/index.ts';
import { isSignedBy } from '../../src/key/index.ts';

const key = generateSigningKey();
const signature = key.sign('a statement').toString('base64');

test('A text that was signed with the key verifies.', () => {
  expect(isSignedBy(key.publicKey, 'a statement', signature)).toBe(true);
  expect(isSignedBy(key.publicKey.toUpperCase(), 'a statement', signature)).toBe(true);
});

test.each([
  ['another text', key.publicKey, 'a statement.', signature],
  ['another key', generateSigningKey().publicKey, 'a statement', signature],
  ['a cut signature', key.publicKey, 'a statement', signature.slice(0, -4)],
  ['a signature that is not canonical base64', key.publicKey, 'a statement', ` ${signature}`],
  ['no signature', key.publicKey, 'a statement', null],
  ['no key', undefined, 'a statement', signature],
  ['a key of small order', '00'.repeat(32), 'a statement', signature],
])('A signature does not verify with %s.', (_, publicKey, text, given) => {
  expect(isSignedBy(publicKey, text, given)).toBe(false);
});
