import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { documentOf, freshRegistrar, signatureOf } from './samples.ts';

const document = documentOf('https://example.org/signed', ['A signed text.']);
const right = signatureOf(document.sha256);
const register = async (signature: typeof right, sha256 = document.sha256) =>
  freshRegistrar().register({ ...document, sha256, signature });

test('A document with a valid signature is registered.', async () => {
  expect(await register(right)).toMatchObject({ status: 'ok', result: { replaced: false } });
});

describe('an invalid signature', () => {
  const other = signatureOf(document.sha256);
  test.each<[string, typeof right, string?]>([
    ['is of another text', signatureOf('sha256:other')],
    ['is of the hash without its prefix', signatureOf(document.sha256.slice(7))],
    ['is of another key', { ...right, signature: other.signature }],
    ['is named after another key', { ...right, signing_key_id: other.signing_key_id }],
    ['is named after no key', { ...right, signing_key_id: '' }],
    ['has a key that is none', { ...right, public_key: '0'.repeat(64) }],
    [
      'was changed',
      {
        ...right,
        signature:
          `A${right.signature.slice(1)}` === right.signature
            ? other.signature
            : `A${right.signature.slice(1)}`,
      },
    ],
    ['is over another hash', right, document.sha256.replace(/.$/, (digit) => (digit === '0' ? '1' : '0'))],
  ])('A signature that %s is denied.', async (_, signature, sha256) => {
    expect(await register(signature, sha256)).toMatchObject({
      status: 'denied',
      deny_reason: { code: 'REGISTER_SIGNATURE_INVALID' },
    });
  });

  test('The schema denies an incomplete signature.', async () => {
    const { signature: _, ...rest } = right;
    expect(await register(rest as typeof right)).toMatchObject({
      deny_reason: { code: 'WORKER_INVALID_INPUT', findings: [{ path: '/signature/signature' }] },
    });
  });
});

test('A denied document changes nothing.', async () => {
  const { register: enter, find } = freshRegistrar('file');
  await enter(document);
  const { privateKey } = generateKeyPairSync('ed25519');
  const forged = { ...documentOf(document.source, ['Forged.']), signature: signatureOf('other', privateKey) };
  expect(await enter(forged)).toMatchObject({ status: 'denied' });
  expect((await find({ query: 'signed forged' })).map(({ text }) => text)).toEqual(['A signed text.']);
});
