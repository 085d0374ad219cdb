import { crypto, dsse } from '@sigstore/core';
import { describe, expect, test } from 'vitest';
import { receiptEnvelope, receiptStatement } from '../../src/form/index.ts';
import { publicKeyFromPem, receiptHash } from '../../src/index.ts';
import { key, otherKey } from '../support.ts';
import { EACH_SAMPLE, placed, SAMPLES } from './sample-receipts.ts';

const denied = SAMPLES['denied'] as NonNullable<(typeof SAMPLES)[string]>;
const keyObject = (pem: string) => crypto.createPublicKey(pem);

describe('A receipt as an in-toto statement', () => {
  test.each(EACH_SAMPLE)('verifies with the DSSE of Sigstore: %s.', async (_, receipt) => {
    const { payload, payloadType, signatures } = await receiptEnvelope(placed(receipt), key);
    const message = dsse.preAuthEncoding(payloadType, Buffer.from(payload, 'base64'));
    const signature = Buffer.from(signatures[0]?.sig ?? '', 'base64');
    expect(crypto.verify(message, keyObject(key.exportPublicPem()), signature)).toBe(true);
    expect(crypto.verify(message, keyObject(otherKey.exportPublicPem()), signature)).toBe(false);
    message[message.length - 1] = (message.at(-1) ?? 0) ^ 1;
    expect(crypto.verify(message, keyObject(key.exportPublicPem()), signature)).toBe(false);
  });

  test.each(EACH_SAMPLE)('holds the whole receipt, whose hash is its first subject: %s.', (_, receipt) => {
    const { subject, predicate } = receiptStatement(placed(receipt, 3));
    expect(predicate).toEqual({ log: { origin: 'hall.example/log', position: 3 }, receipt });
    expect(subject[0]?.digest.sha256).toBe(receiptHash(receipt).slice(7));
    expect(new Set(subject.map(({ name }) => name)).size).toBe(subject.length);
  });

  test('names the decision, the request and the result by their digests.', () => {
    const succeeded = SAMPLES['succeeded'] as typeof denied;
    const id = succeeded.decision_id;
    expect(receiptStatement(placed(succeeded)).subject.slice(1)).toEqual([
      { name: `decision:${id}`, digest: { sha256: 'b'.repeat(64) } },
      { name: `artifact:${id}`, digest: { sha256: 'a'.repeat(64) } },
      { name: `result:${id}`, digest: { sha256: 'd'.repeat(64) } },
    ]);
  });

  test('names the key that signed it.', async () => {
    const { signatures } = await receiptEnvelope(placed(denied), key);
    expect(signatures.map(({ keyid }) => keyid)).toEqual([key.keyId]);
    expect(publicKeyFromPem(key.exportPublicPem())).toBe(key.publicKey);
  });

  test('has no signature where nobody signs it.', async () => {
    expect((await receiptEnvelope(placed(denied), null)).signatures).toEqual([]);
  });

  test('is refused where it has no hash.', () => {
    const receipt = { ...denied, receipt_hash: 'sha256:short' as const };
    expect(() => receiptStatement(placed(receipt))).toThrow(
      expect.objectContaining({ code: 'ERR_WCP_RECEIPT' }),
    );
  });
});
