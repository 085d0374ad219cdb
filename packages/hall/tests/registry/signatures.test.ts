import { join } from 'node:path';
import { generateSigningKey, type SigningKey } from '@wcp/evidence';
import { canonicalJson, type RegistryRecord } from '@wcp/spec';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { tempFolder } from '../support/temp-folder.ts';
import { TestHall } from '../support/test-hall.ts';
import { ACME, RIVAL, recordOf } from '../support/workers.ts';

let hall: TestHall;
let key: SigningKey;
/** A Hall that keeps its store, and knows a key of org.acme. */
async function openWithFile(): Promise<void> {
  await hall.close();
  hall = await TestHall.open({ file: join(tempFolder(), 'store.db') });
  await register('org.acme', key);
}
beforeEach(async () => {
  hall = await TestHall.open();
  key = generateSigningKey();
  await register('org.acme', key);
});
afterEach(() => hall.close());

const register = (authority: string, { publicKey }: SigningKey) =>
  hall.post('admin', '/wcp/authorities', { authority, public_key: publicKey });
const seconds = (ago: number) => new Date(Date.now() - ago * 1000).toISOString();

interface Signing {
  readonly by?: SigningKey;
  readonly at?: string;
  readonly audience?: string;
  readonly of?: RegistryRecord;
}

/** A signature over the statement as the protocol of the Hall says it, made without the Hall's own code. */
function signed(
  record: RegistryRecord,
  { by = key, at = seconds(0), audience = 'hall.example/log', of = record }: Signing = {},
) {
  const { artifact_hash, worker_id } = of;
  const statement = canonicalJson({ artifact_hash, audience, signed_at: at, worker_id });
  return {
    record,
    signature: { signing_key_id: by.keyId, signed_at: at, signature: by.sign(statement).toString('base64') },
  };
}
const enrol = async (body: object, person: 'owner' | 'admin' | 'rival' = 'owner') => {
  const { status, json } = await hall.post(person, '/wcp/workers', body);
  return status === 201 ? json.worker.version : json.code;
};
const record = (notes: string) => recordOf(ACME, { notes });

describe('signed enrolments', () => {
  test('Once an authority has registered a key, its enrolments must be signed by it, for this Hall, and over this record.', async () => {
    expect(await enrol({ record: record('a') })).toBe('ENROLMENT_UNSIGNED');
    expect(await enrol({ record: record('a'), signature: null }, 'admin')).toBe('ENROLMENT_UNSIGNED');
    expect(await enrol(signed(record('a')))).toBe(2);
    expect(await enrol(signed(record('b')), 'admin')).toBe(3);
  });

  test.each<[string, (other: SigningKey) => Signing]>([
    ['another key', (by) => ({ by })],
    ['another record', () => ({ of: record('other') })],
    ['another worker', () => ({ of: recordOf('org.acme.other.two') })],
    ['another Hall', () => ({ audience: 'elsewhere.example/log' })],
  ])('A signature of or over %s is not valid.', async (_what, how) => {
    expect(await enrol(signed(record('a'), how(generateSigningKey())))).toBe('ENROLMENT_SIGNATURE_INVALID');
  });

  test('A signature whose time was changed afterwards is not valid.', async () => {
    const { signature, ...rest } = signed(record('a'));
    const later = { ...signature, signed_at: seconds(-1) };
    expect(await enrol({ ...rest, signature: later })).toBe('ENROLMENT_SIGNATURE_INVALID');
  });

  test('A key of another authority is not valid, whatever it signs.', async () => {
    const rival = generateSigningKey();
    await register('org.rival', rival);
    expect(await enrol(signed(record('a'), { by: rival }))).toBe('ENROLMENT_SIGNATURE_INVALID');
    expect(await enrol(signed(recordOf(RIVAL), { by: rival }), 'rival')).toBe(1);
  });

  test('A key of a person signs for that person.', async () => {
    const ada = generateSigningKey();
    await register('x.ada', ada);
    expect(await enrol(signed(recordOf('x.ada.summarizer'), { by: ada }), 'admin')).toBe(1);
  });

  test('An authority without a key goes on as before.', async () => {
    expect(await enrol({ record: recordOf(RIVAL) }, 'rival')).toBe(1);
  });

  test.each(['yesterday', '2026-01-31', '2026-01-31 12:00:00Z', '2026-01-31T12:00:00+01:00', '', 'zzzz'])(
    'A signing time written as "%s" is refused.',
    async (at) => {
      expect(await enrol(signed(record('a'), { at }))).toBe('INVALID_BODY');
    },
  );

  test('A signing time in the future is refused: it would lock the authority out until then.', async () => {
    expect(await enrol(signed(record('a'), { at: seconds(-3600) }))).toBe('INVALID_BODY');
    expect(await enrol(signed(record('a'), { at: seconds(-60) }))).toBe(2);
  });
});

describe('old signed records', () => {
  test('An old signed record cannot be brought back once a later one was enrolled.', async () => {
    const [first, second] = [
      signed(record('a'), { at: seconds(20) }),
      signed(record('b'), { at: seconds(10) }),
    ];
    expect([await enrol(first), await enrol(second)]).toEqual([2, 3]);
    for (const person of ['owner', 'admin'] as const) {
      expect(await enrol(first, person)).toBe('ENROLMENT_OUTDATED');
      expect(await enrol(second, person)).toBe('ENROLMENT_OUTDATED');
    }
  });

  test('An old signed record cannot be brought back once its worker was removed, not even after a restart.', async () => {
    await openWithFile();
    const old = signed(record('a'), { at: seconds(20) });
    expect(await enrol(old)).toBe(2);
    await hall.ask('owner', 'DELETE', `/wcp/workers/${ACME}`);
    expect(await enrol(old)).toBe('ENROLMENT_OUTDATED');
    await hall.restart();
    expect(await enrol(old)).toBe('ENROLMENT_OUTDATED');
    expect(await enrol(signed(record('a')))).toBe(3);
  });

  test('An old signed record cannot be brought back by writing its time with more or fewer digits.', async () => {
    const base = seconds(20).slice(0, 19);
    expect(await enrol(signed(record('a'), { at: `${base}.5Z` }))).toBe(2);
    for (const at of [`${base}Z`, `${base}.4Z`, `${base}.500000Z`, `${base}.49Z`]) {
      expect([at, await enrol(signed(record('old'), { at }))]).toEqual([at, 'ENROLMENT_OUTDATED']);
    }
    expect(await enrol(signed(record('b'), { at: `${base}.50001Z` }))).toBe(3);
  });
});

describe('the keys of an authority', () => {
  test('After a revocation the key’s signatures are not valid, and unsigned enrolments stay refused.', async () => {
    await openWithFile();
    const second = generateSigningKey();
    await register('org.acme', second);
    const { status, json } = await hall.ask('admin', 'DELETE', `/wcp/authorities/org.acme/${key.keyId}`);
    expect([status, typeof json.revoked_at]).toEqual([200, 'string']);
    expect(await enrol(signed(record('a')))).toBe('ENROLMENT_SIGNATURE_INVALID');
    expect(await enrol(signed(record('a'), { by: second }))).toBe(2);
    await hall.ask('admin', 'DELETE', `/wcp/authorities/org.acme/${second.keyId}`);
    await hall.restart();
    expect(await enrol({ record: record('b') })).toBe('ENROLMENT_UNSIGNED');
    expect(await enrol(signed(record('b'), { by: second }))).toBe('ENROLMENT_SIGNATURE_INVALID');
  });

  test('Revoked keys do not come back, and a key in force is registered only once.', async () => {
    const again = await register('org.acme', key);
    const { json } = await hall.get('auditor', '/wcp/authorities');
    expect([again.status, json.items]).toEqual([201, [again.json]]);
    await hall.ask('admin', 'DELETE', `/wcp/authorities/org.acme/${key.keyId}`);
    expect((await register('org.acme', key)).json.code).toBe('CONFLICT');
    expect((await hall.ask('admin', 'DELETE', `/wcp/authorities/org.acme/${key.keyId}`)).status).toBe(404);
  });

  test.each([
    ['org', 'a'.repeat(64)],
    ['org.acme.summarizer', 'a'.repeat(64)],
    ['wrk.doc', 'a'.repeat(64)],
    ['org.acme', 'a'.repeat(63)],
    ['org.acme', 'x'.repeat(64)],
    ['org.acme', ''],
  ])('A key must be a public key of an authority: %s, %s is not.', async (authority, public_key) => {
    const { status, json } = await hall.post('admin', '/wcp/authorities', { authority, public_key });
    expect([status, json.code]).toEqual([400, 'INVALID_BODY']);
  });
});
