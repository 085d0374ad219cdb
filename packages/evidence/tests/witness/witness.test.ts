import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { consistencyProof, merkleRoot, signCheckpoint } from '../../src/index.ts';
import { signingKeyFromSeed } from '../../src/key/index.ts';
import { writeVerifierKey } from '../../src/log/index.ts';
import {
  cosignCheckpoint,
  judgeAddCheckpoint,
  parseWitnessPolicy,
  readAddCheckpoint,
  verifyWitnessed,
  type WatchedLog,
  type WitnessRecord,
  writeAddCheckpoint,
  writeWitnessKey,
} from '../../src/witness/index.ts';
import { hostileValues, key, otherKey } from '../support.ts';

const origin = 'hall.example/log';
const leaves = Array.from({ length: 12 }, (_, index) => `leaf ${index}`);
const noteOf = (size: number, signer = key, list = leaves) =>
  signCheckpoint({ origin, size, root: merkleRoot(list.slice(0, size)) }, signer);
const requestOf = (old_size: number, size: number, list = leaves, signer = key) =>
  writeAddCheckpoint({
    old_size,
    proof: old_size === 0 ? [] : consistencyProof(list.slice(0, size), old_size),
    checkpoint: noteOf(size, signer, list),
  });
const recordOf = (size: number): WitnessRecord => ({ size, root: merkleRoot(leaves.slice(0, size)) });
const watched: WatchedLog = { origin, keys: [{ publicKey: key.publicKey, from_size: 0 }] };
const judge = (body: unknown, record: WitnessRecord | null = null, log: WatchedLog = watched) => {
  const judgement = judgeAddCheckpoint(body, {
    log: (name) => (name === log.origin ? log : null),
    record: () => record,
  });
  if (judgement.action === 'refuse') return judgement.status;
  return judgement.action === 'conflict' ? `409 ${judgement.known_size}` : judgement.head.size;
};

describe('a witness', () => {
  test('It cosigns a first checkpoint, one that continues its record, and the same one again.', () => {
    expect(judge(requestOf(0, 5))).toBe(5);
    expect(judge(requestOf(5, 9), recordOf(5))).toBe(9);
    expect(judge(requestOf(9, 9), recordOf(9))).toBe(9);
  });

  test('It refuses a fork of what it cosigned, whatever proof comes with it.', () => {
    const fork = leaves.toSpliced(2, 1, 'another');
    expect(judge(requestOf(5, 9, fork), recordOf(5))).toBe(422);
    expect(judge(requestOf(5, 5, fork), recordOf(5))).toBe('409 5');
    expect(judge(requestOf(5, 9).replace(/^old 5\n/, `old 5\n${'A'.repeat(43)}=\n`), recordOf(5))).toBe(422);
  });

  test('It refuses a log that was set back.', () => {
    expect(judge(requestOf(3, 5), recordOf(9))).toBe('409 9');
    expect(judge(requestOf(0, 5), recordOf(9))).toBe('409 9');
    expect(judge(writeAddCheckpoint({ old_size: 9, proof: [], checkpoint: noteOf(5) }), recordOf(9))).toBe(
      400,
    );
  });

  test('It refuses an unknown origin, an unknown key and a checkpoint that was changed.', () => {
    expect(judge(requestOf(0, 5), null, { ...watched, origin: 'other.example/log' })).toBe(404);
    expect(judge(requestOf(0, 5, leaves, otherKey))).toBe(403);
    expect(judge(requestOf(0, 5).replace('\n5\n', '\n6\n'))).toBe(403);
  });

  test('A first checkpoint comes without a proof, and an empty log has the root of nothing.', () => {
    const proof = consistencyProof(leaves.slice(0, 5), 2);
    expect(judge(writeAddCheckpoint({ old_size: 0, proof, checkpoint: noteOf(5) }))).toBe(422);
    expect(judge(requestOf(0, 0))).toBe(0);
    const wrong = signCheckpoint({ origin, size: 0, root: merkleRoot(['x']) }, key);
    expect(judge(writeAddCheckpoint({ old_size: 0, proof: [], checkpoint: wrong }))).toBe(422);
  });

  test('After a rotation exactly one key counts for each size.', () => {
    const keys = [
      { publicKey: key.publicKey, from_size: 0 },
      { publicKey: otherKey.publicKey, from_size: 6 },
    ];
    const rotated = { origin, keys };
    expect(judge(requestOf(3, 5), recordOf(3), rotated)).toBe(5);
    expect(judge(requestOf(3, 5, leaves, otherKey), recordOf(3), rotated)).toBe(403);
    expect(judge(requestOf(5, 6, leaves, otherKey), recordOf(5), rotated)).toBe(6);
    expect(judge(requestOf(5, 6), recordOf(5), rotated)).toBe(403);
    expect(judge(requestOf(0, 3), null, { origin, keys: [{ publicKey: key.publicKey, from_size: 4 }] })).toBe(
      403,
    );
  });

  test.each([
    ['nothing', ''],
    ['no size', `\n\n${noteOf(5)}`],
    ['a size with a zero before it', requestOf(0, 5).replace('old 0', 'old 00')],
    ['a size beyond the integers', requestOf(0, 5).replace('old 0', 'old 9007199254740993')],
    ['a negative size', requestOf(0, 5).replace('old 0', 'old -1')],
    ['a hash that is too short', requestOf(0, 5).replace('old 0\n', 'old 0\nAAAA\n')],
    ['a hash that is not base64', requestOf(0, 5).replace('old 0\n', `old 0\n${'!'.repeat(44)}\n`)],
    ['no empty line', requestOf(0, 5).replace('\n\n', '\n')],
    ['something else than a checkpoint', 'old 0\n\nmonkeys\nthis is not a checkpoint\n'],
    ['too long a body', requestOf(0, 5) + '— x AAAAAAAA\n'.repeat(2_000)],
  ])('It refuses a request with %s as malformed.', (_, body) => {
    expect(judge(body)).toBe(400);
  });

  test('No value makes it throw.', () => {
    for (const value of hostileValues()) expect(judge(value)).toBe(400);
  });

  test('What it cosigned one after the other is one log, whatever is sent to it.', () => {
    const forks = [leaves, leaves.toSpliced(3, 1, 'x'), leaves.toSpliced(7, 1, 'y')];
    const sent = fc.record({ log: fc.nat(2), from: fc.nat(12), to: fc.nat(12), known: fc.boolean() });
    fc.assert(
      fc.property(fc.array(sent, { maxLength: 30 }), (requests) => {
        let record: WitnessRecord | null = null;
        for (const { log, from, to, known } of requests) {
          const old_size: number = Math.min(known ? (record?.size ?? 0) : from, to);
          const body = requestOf(old_size, to, forks[log]);
          const judgement = judgeAddCheckpoint(body, { log: () => watched, record: () => record });
          if (judgement.action !== 'cosign') continue;
          const { size, root } = judgement.head;
          const before: WitnessRecord = record ?? { size: 0, root: merkleRoot([]) };
          expect(size).toBeGreaterThanOrEqual(before.size);
          expect(merkleRoot((forks[log] as string[]).slice(0, before.size))).toBe(before.root);
          record = { size, root };
        }
      }),
    );
  });
});

describe('a request', () => {
  test('What is written is read as it was.', () => {
    const request = { old_size: 5, proof: consistencyProof(leaves, 5), checkpoint: noteOf(12) };
    expect(readAddCheckpoint(writeAddCheckpoint(request))).toEqual(request);
  });
});

describe('cosignatures', () => {
  const names = ['witness.example/w1', 'witness.example/w2', 'witness.example/w3'];
  const signers = names.map((name, index) => ({ name, key: signingKeyFromSeed(`${index + 3}`.repeat(64)) }));
  const lines = signers.map((signer) => cosignCheckpoint(noteOf(9), { ...signer, time: 1_790_000_000 }));
  const policyOf = (quorum: number) => {
    const witnesses = signers.map(({ name, key: { publicKey } }) => writeWitnessKey({ name, publicKey }));
    const reading = parseWitnessPolicy(JSON.stringify({ witnesses, quorum }));
    if (!reading.ok) throw new Error('no policy');
    return reading.policy;
  };
  const verify = (checkpoints: unknown, quorum = 2, size = 9) => {
    const { findings, witnessed_size } = verifyWitnessed({ checkpoints, policy: policyOf(quorum), size });
    return [...findings.map(({ index, code }) => `${index} ${code}`), witnessed_size];
  };

  test('A checkpoint is witnessed where as many cosigned it as the policy demands.', () => {
    expect(verify([noteOf(9) + lines[0] + lines[2]])).toEqual([9]);
    expect(verify([noteOf(9) + lines[0]])).toEqual(['0 LOG_NOT_WITNESSED', null]);
    expect(verify([noteOf(9) + lines[0] + lines[0]])).toEqual(['0 LOG_NOT_WITNESSED', null]);
  });

  test('A witnessed checkpoint that does not cover the last receipt leaves the end open.', () => {
    expect(verify([noteOf(9) + lines[0] + lines[2]], 2, 10)).toEqual(['0 LOG_NOT_WITNESSED', 9]);
  });

  test('A cosignature of another checkpoint, a changed one and one by another key are found or do not count.', () => {
    const elsewhere = cosignCheckpoint(noteOf(8), { ...(signers[1] as (typeof signers)[0]), time: 1 });
    expect(verify([noteOf(9) + lines[0] + elsewhere])).toEqual([
      '0 COSIGNATURE_INVALID',
      '0 LOG_NOT_WITNESSED',
      null,
    ]);
    const forged = cosignCheckpoint(noteOf(9), { name: names[1] as string, key: otherKey, time: 1 });
    expect(verify([noteOf(9) + lines[0] + forged])).toEqual(['0 LOG_NOT_WITNESSED', null]);
    expect(verify([noteOf(9) + lines[0] + lines[1] + elsewhere])).toEqual([
      '0 COSIGNATURE_INVALID',
      '0 LOG_NOT_WITNESSED',
      null,
    ]);
  });

  test('Where the policy names logs, a checkpoint of another log does not count.', () => {
    const [first] = signers as [(typeof signers)[0]];
    const witness = `witness w1 ${writeWitnessKey({ name: first.name, publicKey: first.key.publicKey })}\nquorum w1`;
    const check = (signer: typeof key) => {
      const reading = parseWitnessPolicy(`log ${writeVerifierKey(origin, signer.publicKey)}\n${witness}`);
      return (
        reading.ok &&
        verifyWitnessed({ checkpoints: [noteOf(9) + lines[0]], policy: reading.policy }).witnessed_size
      );
    };
    expect(check(key)).toBe(9);
    expect(check(otherKey)).toBeNull();
  });

  test("The log's own signature is no cosignature, and a cosignature is not the log's.", () => {
    expect(verify([noteOf(9)], 1)).toEqual(['0 LOG_NOT_WITNESSED', null]);
    const alone = `${noteOf(9).split('\n— ')[0]}\n${lines[0]}`;
    expect(judge(writeAddCheckpoint({ old_size: 0, proof: [], checkpoint: alone }))).toBe(403);
  });

  test('Every flipped bit of a cosignature line is found or leaves the checkpoint unwitnessed.', () => {
    const bytes = Buffer.from((lines[0] as string).trimEnd().split(' ')[2] as string, 'base64');
    for (let at = 0; at < bytes.length * 8; at += 1) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(changed.readUInt8(at >> 3) ^ (1 << (at & 7)), at >> 3);
      const line = `— ${names[0]} ${changed.toString('base64')}\n`;
      expect(verify([noteOf(9) + line], 1)).toContain('0 LOG_NOT_WITNESSED');
    }
  });

  test('Hostile checkpoints are not witnessed, and nothing throws.', () => {
    for (const value of hostileValues()) expect(verify(value)).toEqual(['0 LOG_NOT_WITNESSED', null]);
    expect(verify(hostileValues())).toEqual(['0 LOG_NOT_WITNESSED', null]);
  });

  test('Only a checkpoint is cosigned, under a name and a time that can be written.', () => {
    const signer = { ...(signers[0] as (typeof signers)[0]), time: 1 };
    for (const [text, cosigner] of [
      ['nothing', signer],
      [noteOf(9), { ...signer, name: 'a b' }],
      [noteOf(9), { ...signer, time: -1 }],
      [noteOf(9), { ...signer, time: 0.5 }],
    ] as const) {
      expect(() => cosignCheckpoint(text, cosigner)).toThrow(
        expect.objectContaining({ code: 'ERR_WCP_CHECKPOINT' }),
      );
    }
  });
});
