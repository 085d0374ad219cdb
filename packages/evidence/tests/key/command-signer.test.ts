import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import {
  type CommandSigner,
  isSignedBy,
  openCommandSigner,
  signingKeyFromSeed,
} from '../../src/key/index.ts';

const PROGRAM = fileURLToPath(new URL('./programs/signer.mjs', import.meta.url));
const SEED = '07'.repeat(32);
const key = signingKeyFromSeed(SEED);
const opened: CommandSigner[] = [];
afterEach(() => {
  for (const signer of opened.splice(0)) signer.close();
});

async function open(how = 'works', timeout_ms = 20_000): Promise<CommandSigner> {
  const signer = await openCommandSigner({ command: [process.execPath, PROGRAM, SEED, how], timeout_ms });
  opened.push(signer);
  return signer;
}
const refusal = (message: RegExp) => ({ code: 'ERR_WCP_SIGNER', message: expect.stringMatching(message) });

test('A key in another process signs like one in this process.', async () => {
  const signer = await open();
  expect([signer.keyId, signer.publicKey]).toEqual([key.keyId, key.publicKey]);
  const texts = ['one', 'two', ''];
  const signatures = await Promise.all(texts.map((text) => signer.sign(text)));
  expect(signatures).toEqual(texts.map((text) => key.sign(text)));
  expect(isSignedBy(key.publicKey, 'one', Buffer.from(signatures[0] ?? []).toString('base64'))).toBe(true);
});

describe('A program gives no signature', () => {
  test.each([
    ['dies', /could not be started, or ended/],
    ['lies', /something else than a signature by its key/],
    ['refuses', /refused to sign/],
    ['babbles', /nobody asked/],
    ['floods', /could not be started, or ended/],
  ])('that %s.', async (how, message) => {
    await expect((await open(how)).sign('a statement')).rejects.toMatchObject(refusal(message));
  });

  test('that hangs.', async () => {
    const signer = await open('hangs', 5_000);
    await expect(signer.sign('a statement')).rejects.toMatchObject(refusal(/did not answer in time/));
  });

  test('that is not there, or has no public key.', async () => {
    const missing = openCommandSigner({ command: ['/nowhere/signer'] });
    await expect(missing).rejects.toMatchObject(refusal(/could not be started/));
    await expect(open('mute')).rejects.toMatchObject(refusal(/what its public key is/));
  });
});

test('A program that died is started again with the next request.', async () => {
  const signer = await open();
  await signer.sign('one');
  signer.close();
  expect(await signer.sign('two')).toEqual(key.sign('two'));
});
