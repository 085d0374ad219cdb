/**
 * Bytes that other implementations made. The requests are those of `internal/witness/witness_test.go` of
 * filippo.io/torchwood (BSD-3-Clause), made with Sigsum's library; the cosigned checkpoint is a public one of the log
 * `arche2025h1.staging.ct.transparency.dev`, with the cosignatures of four witnesses of the public network and their
 * published keys; the other keys are those of the tests of github.com/transparency-dev/formats (Apache-2.0).
 */
import { describe, expect, test } from 'vitest';
import {
  judgeAddCheckpoint,
  parseWitnessPolicy,
  readWitnessKey,
  verifyWitnessed,
  type WitnessRecord,
} from '../../src/witness/index.ts';

const ORIGIN = 'sigsum.org/v1/tree/4d6d8825a6bb689d459628312889dfbb0bcd41b5211d9e1ce768b0ff0309e562';
const PUBLIC_KEY = 'ffdc2d4d98e4124d3feaf788c0c2f9abfd796083d1f0495437f302ec79cf100f';
const FIRST = `old 0

${ORIGIN}
1
KgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=

— ${ORIGIN} UgIom7fPZTqpxWWhyjWduBvTvGVqsokMbqTArsQilegKoFBJQjUFAmQ0+YeSPM3wfUQMFSzVnnNuWRTYrajXpNUbIQY=
`;
const THREE = `old 1
KgEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
KgIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=

${ORIGIN}
3
RcCI1Nk56ZcSmIEfIn0SleqtV7uvrlXNccFx595Iwl0=

— ${ORIGIN} UgIom2VbtIcdFbwFAy1n7s6IkAxIY6J/GQOTuZF2ORV39d75cbAj2aQYwyJre36kezNobZs4SUUdrcawfAB8WVrx6go=
`;
const FIVE = `old 1
KgEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
+fUDV+k970B4I3uKrqJM4aP1lloPZP8mvr2Z4wRw2LI=
KgQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=

${ORIGIN}
5
QrtXrQZCCvpIgsSmOsah7HdICzMLLyDfxToMql9WTjY=

— ${ORIGIN} UgIomw/EOJmWi0i1FQsOj+etB7F8IccFam/jgd6wzRns4QPVmyEZtdvl1U2KEmLOZ/ASRcWJi0tW90dJWAShei7sDww=
`;

describe('a request to a witness that another implementation made', () => {
  const watched = { origin: ORIGIN, keys: [{ publicKey: PUBLIC_KEY, from_size: 0 }] };
  const judge = (body: string, record: WitnessRecord | null) =>
    judgeAddCheckpoint(body, { log: (name) => (name === ORIGIN ? watched : null), record: () => record });
  const first = { size: 1, root: `sha256:2a${'0'.repeat(62)}` } as const;

  test('The first checkpoint is cosigned, and so is what continues it by its proof.', () => {
    expect(judge(FIRST, null)).toMatchObject({ action: 'cosign', head: { origin: ORIGIN, ...first } });
    expect(judge(THREE, first)).toMatchObject({ action: 'cosign', head: { size: 3 } });
    expect(judge(FIVE, first)).toMatchObject({
      action: 'cosign',
      head: { size: 5, root: 'sha256:42bb57ad06420afa4882c4a63ac6a1ec77480b330b2f20dfc53a0caa5f564e36' },
    });
  });

  test('What was overtaken by a larger checkpoint is a conflict that says how large.', () => {
    const five = {
      size: 5,
      root: 'sha256:42bb57ad06420afa4882c4a63ac6a1ec77480b330b2f20dfc53a0caa5f564e36',
    } as const;
    expect(judge(THREE, five)).toEqual({ action: 'conflict', origin: ORIGIN, known_size: 5 });
  });

  test('More than 63 hashes are refused as malformed.', () => {
    const hash = 'KgEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n';
    expect(judge(FIRST.replace('old 0\n', `old 0\n${hash.repeat(64)}`), null)).toEqual({
      action: 'refuse',
      status: 400,
    });
  });
});

describe('a checkpoint of a public log', () => {
  const KEYS = [
    'transparency.dev/DEV:witness-little-garden+d8042a87+BCtusOxINQNUTN5Oj8HObRkh2yHf/MwYaGX4CPdiVEPM',
    'witness1.smartit.nu/witness1+a48c820f+BPSFWg9G6KPiO7QPryYO5Xq4oYJJ+kAvLKLSimDhoxMO',
    'remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2',
    'witness.stagemole.eu+67f7aea0+BEqSG3yu9YrmcM3BHvQYTxwFj3uSWakQepafafpUqklv',
  ];
  const CHECKPOINT = `arche2025h1.staging.ct.transparency.dev
1432088532
U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=

— arche2025h1.staging.ct.transparency.dev zTM8sQAAAZ5W0WdjBAMARjBEAiBjW5IQf9pvsYLfQFX6hoGREPMHbdQ3urbllzalApkptQIgIpwtEroeW2BXaHAI4kJXFbon5Ch9MNL5zRNZ55lvGt0=
— arche2025h1.staging.ct.transparency.dev ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC3NygNI75MdhL1bfTW9g8Ei59RA23oHP7Ry1k3ZFWwQ=
— transparency.dev/DEV:witness-little-garden 2AQqhwAAAABqEiEgzgFIqqhbUoDwjMWE6UP8nd8/KYTzwZ2rhIgcqoXHAwVkjZr4AscylP3v7sEodkRAErumC2q44vdgJY096st5BQ==
— witness1.smartit.nu/witness1 pIyCDwAAAABqEiEghIp82KWebrw7/oHQwlTAm3g2RKS4+eebl8eO0WH+/iEcxZ75W3u5hNI7TOQtmJbqmNWVuE0tgh0XwzdZsDsUAQ==
— remora.n621.de 2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxtqB0DrAWfBw==
— witness.stagemole.eu Z/euoAAAAABqEiEgw0i+7g2ENfDAWHmtRzCfKTHSDwYDJA2NmKeGi9Y8FtEyOUvVr+AJmIY/2TUFucgKi7lI7cUiOvKFYe/TmN9DAg==
`;
  const policyOf = (quorum: number) => {
    const reading = parseWitnessPolicy(JSON.stringify({ witnesses: KEYS, quorum }));
    if (!reading.ok) throw new Error(JSON.stringify(reading.findings));
    return reading.policy;
  };

  test('The cosignatures of all four witnesses verify.', () => {
    const size = 1_432_088_532;
    expect(verifyWitnessed({ checkpoints: [CHECKPOINT], policy: policyOf(4), size })).toEqual({
      ok: true,
      findings: [],
      witnessed_size: size,
    });
  });

  test('A checkpoint of another size has none of them.', () => {
    const changed = CHECKPOINT.replace('1432088532', '1432088533');
    const { findings, witnessed_size } = verifyWitnessed({ checkpoints: [changed], policy: policyOf(1) });
    expect(findings.map(({ code }) => code)).toEqual(['COSIGNATURE_INVALID']);
    expect(witnessed_size).toBeNull();
  });
});

test('The key of a witness is of type 0x04: that of a log, or with a wrong hash, is none.', () => {
  expect(readWitnessKey('remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2').name).toBe(
    'remora.n621.de',
  );
  for (const text of [
    'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
    'TEST+7997405c+AQcC+FTVKf0jlTdHDY3rbevmnKxxPjigCXlVtGe6RIr6',
    'remora.n621.de+00000000+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2',
    'rekor.sigstore.dev+c0d23d6a+AjBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABNhtmPtrWm3U1eQXBogSMdGvXwBcK5AW5i0hrZLOC96l+smGNM7nwZ4QvFK/4sueRoVj//QP22Ni4Qt9DPfkWLc=',
  ]) {
    expect(() => readWitnessKey(text)).toThrow(expect.objectContaining({ code: 'ERR_WCP_KEY' }));
  }
});
