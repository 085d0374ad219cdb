import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { JsonDocument } from '../../../src/document/index.ts';
import { canonicalJson, parseRecord, recordHash, sha256, WcpError } from '../../../src/index.ts';
import { pollute, unpollute } from '../../pollution.ts';
import { nearSchema } from '../near-schema.ts';

afterEach(unpollute);

const RECORD = {
  worker_id: 'org.acme.doc-summarizer.prod-01',
  worker_species_id: 'wrk.doc.summarizer',
  capabilities: ['cap.doc.summarize'],
  risk_tier: 'low',
  idempotency: 'full',
  determinism: 'deterministic',
  required_controls: ['ctrl.a'],
  currently_implements: ['ctrl.a', 'ctrl.b'],
  allowed_environments: ['dev', 'prod'],
  privilege_envelope: {
    secrets_access: ['s'],
    network_egress: 'allowlisted',
    egress_allowlist: ['api.acme.example'],
    filesystem_writes: ['/tmp'],
    tools: ['t'],
  },
  blast_radius: { data: 1, network: 0, financial: 0, time: 1, reversibility: 'reversible' },
  owner: 'org.acme',
  contact: 'ops@acme.example',
  notes: '',
  catalog_version_min: '1.0.0',
  attestation: {
    code_hash: `sha256:${'a'.repeat(64)}`,
    hash_method: 'file',
    attested_at: '2026-01-01',
    attested_by: 'namespace-key@org.acme',
    source: 'ci',
  },
  ext: { anything: [1, { goes: null }] },
};
const { worker_id, worker_species_id, capabilities, risk_tier } = RECORD;
const LEAST = { worker_id, worker_species_id, capabilities, risk_tier };

const hashed = (record: object): object => ({ ...record, artifact_hash: recordHash(record) });
const findingsOf = (record: unknown): string[] => {
  const parsed = parseRecord(record);
  return parsed.ok ? [] : parsed.findings.map(({ path, code }) => `${path} ${code}`);
};
const warningsOf = (record: object): string[] => {
  const parsed = parseRecord(hashed(record));
  expect(parsed.ok).toBe(true);
  return parsed.ok ? parsed.diagnostics.map(({ level, code, path }) => `${level} ${code} ${path}`) : [];
};

function withAt(path: string, value: unknown): object {
  const copy = structuredClone(RECORD) as Record<string, unknown>;
  const segments = path.split('/').slice(1);
  const last = segments.pop() as string;
  const holder = segments.reduce<Record<string, unknown>>(
    (at, name) => at[name] as Record<string, unknown>,
    copy,
  );
  if (value === undefined) delete holder[last];
  else holder[last] = value;
  return hashed(copy);
}

describe('The artifact_hash of a record', () => {
  test('The hash of a record is SHA-256 of its canonical JSON without the member artifact_hash.', () => {
    expect(recordHash({ b: 1, a: 2 })).toBe(sha256('{"a":2,"b":1}'));
    expect(recordHash({ b: 1, a: 2, artifact_hash: 'anything' })).toBe(sha256('{"a":2,"b":1}'));
    expect(recordHash(RECORD)).toBe(sha256(canonicalJson(RECORD)));
    expect(recordHash(JSON.parse('{"__proto__":1,"artifact_hash":2}'))).toBe(sha256('{"__proto__":1}'));
  });

  test('The hash of what has no canonical JSON is an error.', () => {
    expect(() => recordHash({ a: 1n })).toThrow(WcpError);
  });

  test('The hash of a record verifies with and without its prefix.', () => {
    expect(findingsOf(hashed(RECORD))).toEqual([]);
    const bare = recordHash(RECORD).slice('sha256:'.length);
    const parsed = parseRecord({ ...RECORD, artifact_hash: bare });
    expect(parsed).toMatchObject({ ok: true, value: { artifact_hash: `sha256:${bare}` } });
  });

  test('The hash covers the record as given, before any normalisation.', () => {
    const written = { ...RECORD, required_controls: ['ctrl.a_b'], determinism: 'non-deterministic' };
    const parsed = parseRecord(hashed(written));
    expect(parsed).toMatchObject({
      ok: true,
      value: { required_controls: ['ctrl.a-b'], determinism: 'nondeterministic' },
    });
    expect(
      findingsOf({ ...written, artifact_hash: recordHash({ ...written, required_controls: ['ctrl.a-b'] }) }),
    ).toEqual(['/artifact_hash INVALID_VALUE']);
  });

  test('The hash covers every member, including unlisted ones and ext.', () => {
    for (const more of [{ notes: 'x' }, { zz: 1 }, { ext: {} }, { attestation: {} }]) {
      expect(findingsOf({ ...hashed(RECORD), ...more })).toEqual(['/artifact_hash INVALID_VALUE']);
    }
  });

  test.each([
    ['another hash', `sha256:${'0'.repeat(64)}`],
    ['upper case', recordHash(RECORD).toUpperCase()],
    ['upper-case digits', `sha256:${recordHash(RECORD).slice(7).toUpperCase()}`],
    ['one digit less', recordHash(RECORD).slice(0, -1)],
    ['another algorithm', recordHash(RECORD).replace('sha256', 'sha512')],
    ['a line break behind', `${recordHash(RECORD)}\n`],
    ['null', null],
  ])('A record whose hash is %s does not verify.', (_what, artifact_hash) => {
    expect(findingsOf({ ...RECORD, artifact_hash })).toEqual(['/artifact_hash INVALID_VALUE']);
  });
});

describe('A record belongs to the authority of its worker_id', () => {
  test.each([
    ['/owner', 'org.other'],
    ['/owner', 'x.acme'],
    ['/attestation/attested_by', 'namespace-key@org.other'],
    ['/attestation/attested_by', 'namespace-key@x.acme'],
  ])('A record is refused whose %s is not %s', (path, value) => {
    expect(findingsOf(withAt(path, value))).toEqual([`${path} INVALID_VALUE`]);
  });

  test('The owner and attested_by of a record may be absent.', () => {
    expect(findingsOf(withAt('/owner', undefined))).toEqual([]);
    expect(findingsOf(withAt('/attestation/attested_by', undefined))).toEqual([]);
    expect(findingsOf(withAt('/attestation', undefined))).toEqual([]);
  });

  test('Everything that is wrong with a record is found at once.', () => {
    const record = {
      ...RECORD,
      owner: 'org.other',
      attestation: { attested_by: 'namespace-key@x.eve' },
      artifact_hash: 'a'.repeat(64),
    };
    expect(findingsOf(record)).toEqual([
      '/artifact_hash INVALID_VALUE',
      '/attestation/attested_by INVALID_VALUE',
      '/owner INVALID_VALUE',
    ]);
  });
});

describe('A listed member of a wrong form leaves the worker out', () => {
  const list = [null, 'x', {}, 1];
  test.each<[path: string, values: readonly unknown[]]>([
    ['/worker_id', [null, 1, 'org.acme', 'cap.a.b', 'org.acme.a_b', 'org.a.b.c.d', 'ORG.a.b', '']],
    ['/worker_species_id', [null, 'wrk', 'wrk.a_b', 'cap.a', 'org.acme']],
    ['/capabilities', [...list, []]],
    ['/capabilities/0', [null, 'wrk.a', 'cap.a_b']],
    ['/risk_tier', [null, 'LOW', 'none', 1]],
    ['/idempotency', [null, 'Full', true]],
    ['/determinism', [null, 'non_deterministic', 'random']],
    ['/required_controls', list],
    ['/required_controls/0', [null, 'cap.a', 'ctrl']],
    ['/currently_implements', list],
    ['/currently_implements/0', [null, 'pol.a']],
    ['/allowed_environments', list],
    ['/allowed_environments/0', [null, 'moon', 'DEV']],
    ['/privilege_envelope', [null, [], 'none']],
    ['/privilege_envelope/network_egress', [null, 'some', 'NONE', false]],
    ['/privilege_envelope/secrets_access', list],
    ['/privilege_envelope/egress_allowlist/0', [null, 1]],
    ['/privilege_envelope/filesystem_writes', list],
    ['/privilege_envelope/tools/0', [null, {}]],
    ['/blast_radius', [null, [], 5]],
    ['/blast_radius/data', [null, -1, 6, 0.5, '1', true, 'reversible']],
    ['/blast_radius/reversibility', [null, -1, 6, 0.5, 'Reversible', 'partly', true]],
    ['/owner', [null, 1, 'acme', 'org.acme.a', '']],
    ['/contact', [null, 1, {}]],
    ['/notes', [null, 1, []]],
    ['/catalog_version_min', [null, '1', 1]],
    ['/attestation', [null, [], 'x']],
    ['/attestation/hash_method', [null, 'sha256', '']],
    ['/attestation/attested_at', [null, 1]],
    [
      '/attestation/attested_by',
      [null, 'org.acme', 'namespace-key@', 'namespace-key@org.acme.a', 'NAMESPACE-KEY@org.acme'],
    ],
    ['/attestation/source', [null, 1]],
    ['/ext', [null, [], 1, 'x']],
  ])('%s of a record may not be %j', (path, values) => {
    for (const value of values) expect(findingsOf(withAt(path, value))).toEqual([`${path} INVALID_VALUE`]);
  });

  test.each(['worker_id', 'worker_species_id', 'capabilities', 'risk_tier', 'artifact_hash'])(
    'A record must have %s',
    (name) => {
      const { [name]: _, ...rest } = hashed(RECORD) as Record<string, unknown>;
      const record = name === 'artifact_hash' ? rest : hashed(rest);
      expect(findingsOf(record)).toEqual([`/${name} MISSING_MEMBER`]);
    },
  );

  test.each<[unknown, string]>([
    [null, ' INVALID_VALUE'],
    [[], ' INVALID_VALUE'],
    ['x', ' INVALID_VALUE'],
    [undefined, ' NOT_JSON'],
    [{ ...hashed(RECORD), zz: '\ud800' }, '/zz NOT_JSON'],
  ])('%j is not a record', (value, found) => {
    expect(findingsOf(value)).toEqual([found]);
  });

  test.each(['/privilege_envelope/zz', '/blast_radius/zz', '/blast_radius/score'])(
    'A record may not have %s',
    (path) => {
      expect(findingsOf(withAt(path, 1))).toEqual([`${path} UNKNOWN_MEMBER`]);
    },
  );
});

describe('What may stand in a record', () => {
  test('The smallest record has four members and its hash.', () => {
    expect(findingsOf(hashed(LEAST))).toEqual([]);
  });

  test.each<[path: string, values: readonly unknown[]]>([
    ['/worker_species_id', ['x.ada.worker']],
    ['/capabilities', [['cap.a', 'x.ada.b', 'cap.a']]],
    ['/determinism', ['captured', 'nondeterministic', 'non-deterministic']],
    ['/required_controls', [[], ['x.ada.control']]],
    ['/allowed_environments', [[], ['edge', 'stage']]],
    ['/privilege_envelope', [{}]],
    ['/privilege_envelope/secrets_access', [[], ['']]],
    [
      '/blast_radius',
      [{}, { reversibility: 5 }, { reversibility: 'difficult' }, { reversibility: 'partially-reversible' }],
    ],
    ['/attestation', [{}, { hash_method: 'signed-manifest' }]],
    ['/ext', [{}]],
  ])('%s of a record may be %j', (path, values) => {
    for (const value of values) expect(findingsOf(withAt(path, value))).toEqual([]);
  });

  test.each([null, 1, '', 'abc', [], {}, 'A'.repeat(64)])(
    'A code_hash of %j is left to step 10.',
    (code_hash) => {
      const parsed = parseRecord(withAt('/attestation/code_hash', code_hash));
      expect(parsed).toMatchObject({ ok: true, value: { attestation: { code_hash } } });
    },
  );
});

describe('An unlisted member is kept with a warning', () => {
  test('An unlisted member is kept with a warning at the top and inside attestation, and silently inside ext.', () => {
    expect(warningsOf(RECORD)).toEqual([]);
    expect(warningsOf({ ...RECORD, zz: null, __proto: 1, attestation: { zz: 1 }, ext: { zz: 1 } })).toEqual([
      'warning UNKNOWN_MEMBER /__proto',
      'warning UNKNOWN_MEMBER /attestation/zz',
      'warning UNKNOWN_MEMBER /zz',
    ]);
    const parsed = parseRecord(hashed({ ...RECORD, zz: { deep: [1] } }));
    expect(parsed).toMatchObject({ ok: true, value: { zz: { deep: [1] } } });
  });

  test('An unlisted member __proto__ stays an own member.', () => {
    const record = hashed(JSON.parse(`{"__proto__":{"owner":"org.eve"},${JSON.stringify(LEAST).slice(1)}`));
    const parsed = parseRecord(record);
    expect(parsed.ok && Object.keys(parsed.value)).toContain('__proto__');
    expect(parsed.ok && parsed.value.owner).toBeUndefined();
  });

  test('The name of an unlisted member is shown safely.', () => {
    const parsed = parseRecord(hashed({ ...LEAST, 'z\u202e': 1 }));
    expect(parsed.ok && parsed.diagnostics[0]?.message).toContain('"z\\u202e"');
  });
});

test('Ids with underscores are read with hyphens, with a diagnostic of level info.', () => {
  expect(
    warningsOf({ ...RECORD, required_controls: ['ctrl.a_b'], currently_implements: ['ctrl.c', 'ctrl.d_e'] }),
  ).toEqual(['info UNDERSCORE_ID /currently_implements/1', 'info UNDERSCORE_ID /required_controls/0']);
});

test('Nothing of a polluted Object.prototype becomes a member of a record.', () => {
  const record = hashed({ ...LEAST, determinism: 'non-deterministic' });
  pollute({ blast_radius: {}, owner: 'org.eve', privilege_envelope: {}, allowed_environments: ['prod'] });
  const parsed = parseRecord(record);
  const seen = parsed.ok
    ? [parsed.value.owner, parsed.value.blast_radius, parsed.value.allowed_environments]
    : ['refused'];
  const isOpen = findingsOf({});
  unpollute();
  expect(seen).toEqual([undefined, undefined, undefined]);
  expect(isOpen).toHaveLength(5);
});

describe('A document that was read already', () => {
  test('A document that was read already is taken as it was read.', () => {
    const read = JsonDocument.read(hashed(RECORD));
    expect(read.ok && JsonDocument.read(read.document)).toEqual(read);
    expect(read.ok && read.document.text).toBe(canonicalJson(hashed(RECORD)));
    expect(read.ok && parseRecord(read.document)).toEqual(parseRecord(hashed(RECORD)));
  });

  test('A document that was read already cannot be forged.', () => {
    const forged = Object.create(JsonDocument.prototype, {
      json: { value: hashed(RECORD) },
      text: { value: '{}' },
    });
    expect(JsonDocument.read(forged)).toMatchObject({ ok: true, document: { text: '{}', json: {} } });
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(JsonDocument.read(proxy)).toEqual({
      ok: false,
      findings: [{ path: '', code: 'NOT_JSON', message: expect.any(String) }],
    });
  });
});

test('The function parseRecord never throws, whatever the value.', () => {
  const record = nearSchema('registry-record').map((value) => {
    try {
      return hashed(value as object);
    } catch {
      return value;
    }
  });
  let accepted = 0;
  fc.assert(
    fc.property(
      fc.oneof(fc.anything({ withBigInt: true, withDate: true, withMap: true }), record, record),
      (value) => {
        const parsed = parseRecord(value);
        if (parsed.ok) accepted += 1;
        else expect(parsed.findings.length).toBeGreaterThan(0);
      },
    ),
    { numRuns: 500 },
  );
  expect(accepted).toBeGreaterThan(0);
});
