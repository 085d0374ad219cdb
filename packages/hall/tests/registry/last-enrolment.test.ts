import { join } from 'node:path';
import { generateSigningKey } from '@wcp/evidence';
import { canonicalJson, type RegistryRecord } from '@wcp/spec';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { inputFor } from '../support/documents.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { TestHall } from '../support/test-hall.ts';
import { ACME, CODE, FakeDelivery, hashOf, RIVAL, recordOf } from '../support/workers.ts';

let hall: TestHall;
let file: string;
/** The delivery of the Hall after {@link restartWith}. */
let restarted: FakeDelivery;
beforeEach(async () => {
  file = join(tempFolder(), 'store.db');
  hall = await TestHall.open({ file });
});
afterEach(() => hall.close());

const workerOf = async () => (await hall.get('tenant', `/wcp/workers/${ACME}`)).json.worker;
const health = async () => (await hall.get('admin', '/wcp/health')).json;
const codeOf = async () =>
  (await hall.post('tenant', '/wcp/dispatch', inputFor('tenant-a'))).json.decision.deny_code;
const enrol = (person: 'owner' | 'admin', body: object) => hall.post(person, '/wcp/workers', body);

/** A Hall on the same store, whose worker has another record in its folder. */
async function restartWith(record: RegistryRecord): Promise<void> {
  await hall.close();
  const { keys, signer } = hall;
  const delivery = new FakeDelivery(record);
  restarted = delivery;
  hall = await TestHall.open({ file, key: signer, isOpen: true, workers: [{ delivery }] });
  for (const [person, key] of keys) hall.keys.set(person, key);
}
async function tamper(): Promise<void> {
  hall.delivery.hash = hashOf('b');
  expect(await codeOf()).toBe('DENY_WORKER_TAMPERED');
  hall.delivery.hash = CODE;
}
const attesting = (code_hash: string) => {
  const attestation = { ...recordOf(ACME).attestation, code_hash };
  return recordOf(ACME, { attestation: attestation as never });
};

describe('the last enrolment of a worker stays in force', () => {
  test('A restart with another record in the folder replaces nothing, and says so everywhere.', async () => {
    await restartWith(attesting(hashOf('e')));
    expect(await workerOf()).toMatchObject({
      version: 1,
      record: recordOf(ACME),
      remarks: [{ code: 'RECORD_DIFFERS' }],
    });
    expect(hall.logged).toEqual([
      expect.stringMatching(`^warn ${ACME}: The record with its package is another`),
    ]);
    expect(await health()).toMatchObject({ status: 'degraded', troubles: [{ code: 'RECORD_DIFFERS' }] });
  });

  test('A restart with another record does not clear the flag of changed code.', async () => {
    await tamper();
    await restartWith(attesting(hashOf('b')));
    expect(await workerOf()).toMatchObject({ state: 'flagged', version: 1 });
    expect(await codeOf()).toBe('DENY_NO_AVAILABLE_WORKER');
  });

  test('A worker that was removed is not enrolled by a restart.', async () => {
    await hall.ask('admin', 'DELETE', `/wcp/workers/${ACME}`);
    hall.logged.length = 0;
    await hall.restart();
    expect(hall.hall.registry.list()).toEqual([]);
    expect(hall.logged).toEqual([
      expect.stringContaining(`${ACME} is in the list of workers and is not enrolled`),
    ]);
    expect(await health()).toMatchObject({ status: 'degraded', troubles: [{ code: 'WORKER_NOT_ENROLLED' }] });
  });

  test('An attestation that was put in at the enrolment is no difference: a package cannot state its own hash.', async () => {
    await restartWith(recordOf(ACME, { attestation: undefined }));
    expect(await workerOf()).toMatchObject({ remarks: [], record: recordOf(ACME) });
    expect((await health()).status).toBe('ok');
  });
});

test('Whether a call may be repeated is what the enrolled record says, not the one in the folder.', async () => {
  await restartWith(recordOf(ACME, { idempotency: 'full' }));
  let calls = 0;
  restarted.answer = () => {
    calls += 1;
    return { status: 'error', result: null, code: 'DELIVERY_CRASHED', duration_ms: 1 };
  };
  await codeOf();
  expect(calls).toBe(1);
});

describe('the flag of changed code is cleared by its authority alone', () => {
  test('It stays through an enrolment by an admin.', async () => {
    await tamper();
    const { json } = await enrol('admin', { record: recordOf(ACME) });
    expect(json.worker).toMatchObject({ version: 2, state: 'flagged' });
    expect(await codeOf()).toBe('DENY_NO_AVAILABLE_WORKER');
  });

  test('It stays through a removal and an enrolment by an admin.', async () => {
    await tamper();
    await hall.ask('admin', 'DELETE', `/wcp/workers/${ACME}`);
    await hall.restart();
    expect((await enrol('admin', { record: recordOf(ACME) })).json.worker.state).toBe('flagged');
  });

  test('A signature of the authority clears it, whoever brings the enrolment.', async () => {
    await tamper();
    const key = generateSigningKey();
    await hall.hall.registry.addAuthorityKey('org.acme', key.publicKey);
    const record = recordOf(ACME);
    const signed_at = new Date().toISOString();
    const { artifact_hash, worker_id } = record;
    const statement = canonicalJson({ artifact_hash, audience: 'hall.example/log', signed_at, worker_id });
    const signature = {
      signing_key_id: key.keyId,
      signed_at,
      signature: key.sign(statement).toString('base64'),
    };
    expect((await enrol('admin', { record, signature })).json.worker.state).toBe('enrolled');
    expect(await codeOf()).toBeNull();
  });

  test('A signature that nobody can check clears nothing.', async () => {
    await tamper();
    const signature = { signing_key_id: 'ed25519:0', signed_at: new Date().toISOString(), signature: 'AA==' };
    expect((await enrol('admin', { record: recordOf(ACME), signature })).json.worker.state).toBe('flagged');
  });
});

describe('a name in the namespace of an authority is offered by its own workers alone', () => {
  test.each([
    ['species', { worker_species_id: 'org.acme.summarizer' }, '/record/worker_species_id'],
    ['capability', { capabilities: ['cap.doc.hash', 'org.acme.summarize'] }, '/record/capabilities/1'],
    ['species of a person', { worker_species_id: 'x.ada.summarizer' }, '/record/worker_species_id'],
  ])('A worker with a %s of another authority is refused.', async (_what, members, path) => {
    for (const person of ['rival', 'admin'] as const) {
      const { status, json } = await hall.post(person, '/wcp/workers', { record: recordOf(RIVAL, members) });
      expect([status, json.code, json.findings.map((each: { path: string }) => each.path)]).toEqual([
        400,
        'INVALID_BODY',
        [path],
      ]);
    }
    expect(hall.hall.registry.get(RIVAL)).toBeNull();
  });

  test('Names of its own, and those of the catalog, are open to it.', async () => {
    const members = {
      worker_species_id: 'org.rival.summarizer',
      capabilities: ['org.rival.sum', 'cap.doc.hash'],
    };
    expect((await hall.post('rival', '/wcp/workers', { record: recordOf(RIVAL, members) })).status).toBe(201);
  });
});
