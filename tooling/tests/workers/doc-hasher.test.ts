import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describeContained, HELD, openWorker, scratch } from './support.ts';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const PEM = privateKey.export({ format: 'pem', type: 'pkcs8' }) as string;
const public_key = Buffer.from(publicKey.export({ format: 'jwk' }).x as string, 'base64url').toString('hex');
const server = { secrets: { WCP_HASHER_KEY: { file: 'keys/hasher.pem' } } };

/** The folder of a Hall with the key in a file that only the Hall's user may read. */
function folderWithKey(): string {
  const dir = scratch();
  mkdirSync(join(dir, 'keys'), { mode: 0o700 });
  writeFileSync(join(dir, 'keys/hasher.pem'), PEM, { mode: 0o600 });
  return dir;
}

describeContained('a contained doc-hasher', () => {
  test('It signs with the secret of the Hall that its envelope lists, which no receipt or log repeats.', async () => {
    const dir = folderWithKey();
    const { ask, said } = await openWorker({ name: 'doc-hasher', server }, dir);
    const { result, outcome_receipt } = await ask({ text: 'abc' });
    expect(result?.result).toMatchObject({ key: 'configured', public_key });
    expect(outcome_receipt).toMatchObject({ outcome: { status: 'ok' }, enforcement: HELD });
    const secret = PEM.split('\n')[1] as string;
    expect(said.join('\n')).not.toContain(secret);
    for (const file of ['record.json', 'store.db']) {
      expect(readFileSync(join(dir, file)).includes(secret)).toBe(false);
    }
  });

  test('It gets no secret that its envelope does not list, whatever the Hall has.', async () => {
    const { ask } = await openWorker(
      { name: 'doc-hasher', server, envelope: { secrets_access: [] } },
      folderWithKey(),
    );
    expect((await ask({ text: 'abc' })).result?.result).toMatchObject({ key: 'ephemeral' });
  });

  test('It cannot read a key in a file of the machine, and says how it would get one.', async () => {
    const dir = folderWithKey();
    const settings = { env: { WCP_HASHER_KEY_FILE: join(dir, 'keys/hasher.pem') } };
    const { ask } = await openWorker({ name: 'doc-hasher', settings }, dir);
    expect((await ask({ text: 'abc' })).result?.deny_reason).toEqual({
      code: 'HASHER_KEY_UNUSABLE',
      message:
        'The file in WCP_HASHER_KEY_FILE cannot be read. A contained worker gets its key as the secret WCP_HASHER_KEY of server.json.',
    });
  });
});
