import { createPublicKey } from 'node:crypto';
import { Sign1 } from '@auth0/cose';
import { decode, Tagged } from 'cborg';
import { describe, expect, test } from 'vitest';
import { receiptLeaf, type SigningKey } from '../../src/index.ts';
import { signedStatement } from '../../src/scitt/index.ts';
import { EACH_SAMPLE, placed, SAMPLES } from '../form/sample-receipts.ts';
import { key, otherKey } from '../support.ts';

const allowed = SAMPLES['allowed'] as NonNullable<(typeof SAMPLES)[string]>;
const publicKeyOf = (signer: SigningKey) => createPublicKey(signer.exportPublicPem());

/** What an implementation of COSE that is not ours reads. */
async function read(statement: Uint8Array, signer = key): Promise<Sign1> {
  const sign1 = Sign1.decode(statement);
  await sign1.verify(publicKeyOf(signer) as unknown as Parameters<Sign1['verify']>[0]);
  return sign1;
}

describe('A receipt as a SCITT signed statement', () => {
  test.each(EACH_SAMPLE)('verifies with a COSE library: %s.', async (_, receipt) => {
    const { payload } = await read(await signedStatement(placed(receipt), key));
    expect(Buffer.from(payload).toString()).toBe(receiptLeaf(receipt));
  });

  test('does not verify with another key or after a change.', async () => {
    const statement = await signedStatement(placed(allowed), key);
    await expect(read(statement, otherKey)).rejects.toThrow();
    const changed = Buffer.from(statement);
    changed[changed.length - 70] = (changed.at(-70) ?? 0) ^ 1;
    await expect(read(changed)).rejects.toThrow();
  });

  test('names its issuer, its subject, its key and what it holds, all protected.', async () => {
    const statement = await signedStatement(placed(allowed), key);
    const tags = { 18: Tagged.decoder(18) };
    const { value } = decode(statement, { tags, useMaps: true }) as {
      value: [Uint8Array, Map<number, unknown>];
    };
    const claims = new Map([
      [1, 'urn:wcp:log:hall.example/log'],
      [2, allowed.decision_id],
    ]);
    expect(decode(value[0], { useMaps: true })).toEqual(
      new Map<number, unknown>([
        [1, -8],
        [3, 'application/json'],
        [4, new Uint8Array(Buffer.from(key.keyId))],
        [15, claims],
      ]),
    );
    expect(value[1].size).toBe(0);
  });

  test('is made by a signer that answers later.', async () => {
    const { keyId, publicKey } = key;
    const later = { keyId, publicKey, sign: async (data: Uint8Array | string) => key.sign(data) };
    expect(await signedStatement(placed(allowed), later)).toEqual(
      await signedStatement(placed(allowed), key),
    );
  });
});
