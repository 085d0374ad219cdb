import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { TimeStampReq } from 'pkijs';
import { describe, expect, test } from 'vitest';
import { timestampRequest, verifyTimestamp } from '../../src/timestamp/index.ts';
import { codeOfFirst, hostileValues } from '../support.ts';

const read = (name: string) => readFileSync(new URL(`./files/${name}`, import.meta.url));
const checkpoint = read('checkpoint.txt').toString();
const [root, intermediate, another] = ['root', 'intermediate', 'another-root'].map((name) =>
  read(`${name}.pem`).toString(),
) as [string, string, string];
const nonce = '7b318a98c6fc7da7';
const ec = read('ec.tsr');

const verify = (changes: object = {}) =>
  verifyTimestamp({ timestamp: ec, checkpoint, certificates: root, nonce, ...changes });
const code = async (changes: object) => codeOfFirst(await verify(changes));

describe('a timestamp', () => {
  test('It holds where its signer leads to a trusted certificate, by ECDSA and by RSA.', async () => {
    expect(await verify()).toMatchObject({ ok: true, time: expect.stringMatching(/^20\d\d-.*Z$/) });
    expect(await code({ certificates: intermediate })).toBeNull();
    expect(await code({ timestamp: read('rsa.tsr') })).toBeNull();
    expect(await code({ nonce: undefined })).toBeNull();
  });

  test('It holds for the checkpoint whoever cosigned it since.', async () => {
    expect(await code({ checkpoint: `${checkpoint}— witness.example/w1 AAAAAAAA\n` })).toBeNull();
  });

  test('It is refused for another checkpoint, and where it answers another question.', async () => {
    expect(await code({ checkpoint: checkpoint.replace('\n2\n', '\n3\n') })).toBe('TIMESTAMP_MISMATCH');
    expect(await code({ checkpoint: 'nothing' })).toBe('TIMESTAMP_MISMATCH');
    expect(await code({ nonce: '40'.repeat(8) })).toBe('TIMESTAMP_MISMATCH');
  });

  test('It is refused from an authority that nobody trusts.', async () => {
    for (const certificates of [another, '', 'no PEM', root.replaceAll('A', 'B')]) {
      expect(await code({ certificates })).toBe('TIMESTAMP_AUTHORITY_UNKNOWN');
    }
  });

  test('What is no timestamp is refused, and nothing throws.', async () => {
    for (const value of [
      ...hostileValues(),
      Buffer.alloc(70_000),
      ec.subarray(0, 200),
      Buffer.from('3003020100', 'hex'),
    ]) {
      expect(await code({ timestamp: value })).toBe('TIMESTAMP_MALFORMED');
    }
    expect(await code({ timestamp: Buffer.from('30053003020102', 'hex') })).toBe('TIMESTAMP_MALFORMED');
    for (const value of hostileValues()) {
      expect(await code({ checkpoint: value })).toBe('TIMESTAMP_MISMATCH');
      expect(await code({ certificates: value })).toBe('TIMESTAMP_AUTHORITY_UNKNOWN');
    }
  });

  test('No changed byte gives it another time.', async () => {
    const { time } = (await verify()) as unknown as { time: string };
    const times = new Set<string>();
    let refused = 0;
    const step = 23;
    for (let at = 0; at < ec.length; at += step) {
      const changed = Buffer.from(ec);
      changed.writeUInt8(changed.readUInt8(at) ^ (1 << (at % 8)), at);
      const verdict = await verify({ timestamp: changed });
      if (verdict.ok) times.add(verdict.time);
      else refused += 1;
    }
    expect([...times].filter((each) => each !== time)).toEqual([]);
    expect(refused).toBeGreaterThan(ec.length / step / 2);
  });
});

test('A question has the form of RFC 3161.', () => {
  const { der, nonce: asked } = timestampRequest(checkpoint);
  const request = TimeStampReq.fromBER(Uint8Array.from(der).buffer);
  expect(Buffer.from(request.toSchema().toBER())).toEqual(der);
  expect(request).toMatchObject({ version: 1, certReq: true });
  expect(request.messageImprint.hashAlgorithm.algorithmId).toBe('2.16.840.1.101.3.4.2.1');
  const [signed = ''] = checkpoint.split('\n\n');
  expect(Buffer.from(request.messageImprint.hashedMessage.getValue())).toEqual(
    hash('sha256', `${signed}\n`, 'buffer'),
  );
  expect(Buffer.from(request.nonce?.valueBlock.valueHexView ?? []).toString('hex')).toBe(asked);
});

test('Each question is a new one, and is asked for a checkpoint alone.', () => {
  expect(timestampRequest(checkpoint).nonce).not.toBe(timestampRequest(checkpoint).nonce);
  expect(() => timestampRequest('nothing')).toThrow(expect.objectContaining({ code: 'ERR_WCP_CHECKPOINT' }));
});
