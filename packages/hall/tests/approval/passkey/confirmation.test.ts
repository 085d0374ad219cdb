import { createHash, createPublicKey, generateKeyPairSync, type JsonWebKey, verify } from 'node:crypto';
import { join } from 'node:path';
import { canonicalJson, sha256 } from '@wcp/spec';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { tempFolder } from '../../support/temp-folder.ts';
import { type Person, TestHall, type TestHallOptions } from '../../support/test-hall.ts';
import { type Deviation, SoftAuthenticator } from './soft-authenticator.ts';

const SITE = { rp_id: 'hall.example', origin: 'https://hall.example' };

let hall: TestHall;
let passkey: SoftAuthenticator;
beforeEach(() => {
  passkey = new SoftAuthenticator(SITE.origin, SITE.rp_id);
});

async function open(options: TestHallOptions = {}): Promise<void> {
  hall = await TestHall.open({ webauthn: SITE, approvalDemands: [{ confirmation: 'webauthn' }], ...options });
  onTestFinished(() => hall.close());
  const other = await hall.hall.parts.identity.keys.create({ label: 'another', roles: ['steward'] });
  hall.keys.set('another' as Person, other.key);
}

async function register(person = 'steward', authenticator = passkey, deviation: Deviation = {}) {
  const options = (await hall.post(person as Person, '/wcp/passkeys/options', {})).json;
  const registration = authenticator.create(options.registration, deviation);
  return hall.post(person as Person, '/wcp/passkeys', { label: 'phone', registration });
}

const begin = async (id: string, person = 'steward', body: object = {}) =>
  (await hall.post(person as Person, `/wcp/approvals/${id}/confirmation`, body)).json;
const approve = (id: string, confirmation: unknown, more: object = {}, person = 'steward') =>
  hall.resolve(person as Person, id, {
    resolution: 'approve',
    ...(confirmation !== undefined && { confirmation }),
    ...more,
  });

async function expectRefused(answer: Promise<{ status: number; json: { code: string } }>): Promise<void> {
  const { status, json } = await answer;
  expect([status, json.code]).toEqual([403, 'APPROVAL_UNCONFIRMED']);
  expect(hall.delivery.calls).toEqual([]);
}

describe('an approval that a passkey must confirm', () => {
  test('Without a passkey nobody approves it, and the refusal says where to do it.', async () => {
    await open();
    const { approval_id } = await hall.hold();
    const answer = await approve(approval_id, undefined);
    expect([answer.status, answer.json.code]).toEqual([403, 'APPROVAL_UNCONFIRMED']);
    expect(answer.json.detail).toContain(`/approvals/${approval_id}`);
    const options = await hall.post('steward', `/wcp/approvals/${approval_id}/confirmation`, {});
    expect(options.json.detail).toContain('/passkeys');
    expect(hall.delivery.calls).toEqual([]);
  });

  test('With a passkey it is carried out, and the evidence proves who confirmed what, to anybody.', async () => {
    await open();
    expect((await register()).status).toBe(201);
    const { approval_id } = await hall.hold();
    const options = await begin(approval_id);
    expect(options).toMatchObject({ rpId: 'hall.example', userVerification: 'required' });
    const { status, json } = await approve(approval_id, passkey.get(options));
    expect([status, json.approval.state]).toEqual([200, 'approved']);
    expect(hall.delivery.calls).toHaveLength(1);
    const [resolution] = json.approval.history;
    const { confirmation } = resolution;
    const { challenged } = confirmation;
    expect(challenged).toMatchObject({
      purpose: 'approve',
      approval_id,
      action: 'approve',
      by: resolution.by,
    });
    // What an auditor does who has the export alone.
    const bytes = (text: string) => Buffer.from(text, 'base64url');
    const clientData = bytes(confirmation.client_data);
    const challenge = createHash('sha256').update(canonicalJson(challenged)).digest('base64url');
    expect(JSON.parse(clientData.toString()).challenge).toBe(challenge);
    const cose = bytes(confirmation.public_key);
    const at = (label: number[]) =>
      cose.subarray(cose.indexOf(Buffer.from(label)) + label.length).subarray(0, 32);
    const [x, y] = [at([0x21, 0x58, 0x20]), at([0x22, 0x58, 0x20])].map((part) => part.toString('base64url'));
    const key = createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y } as JsonWebKey, format: 'jwk' });
    const signed = Buffer.concat([
      bytes(confirmation.authenticator_data),
      createHash('sha256').update(clientData).digest(),
    ]);
    expect(verify('sha256', signed, key, bytes(confirmation.signature))).toBe(true);
    const receipts = (await hall.get('auditor', `/wcp/receipts?decision_id=${approval_id}`)).json.items;
    expect(
      receipts.map(({ receipt }: { receipt: { artifact_hash: string } }) => receipt.artifact_hash),
    ).toContain(sha256(canonicalJson({ approval_id, resolution })));
  });

  test('A denial needs no passkey, and an escalation none either; neither takes one.', async () => {
    await open();
    await register();
    const one = await hall.hold();
    const assertion = passkey.get(await begin(one.approval_id));
    const misplaced = await hall.resolve('steward', one.approval_id, {
      resolution: 'deny',
      confirmation: assertion,
    });
    expect([misplaced.status, misplaced.json.code]).toEqual([400, 'INVALID_BODY']);
    expect((await hall.resolve('steward', one.approval_id, { resolution: 'deny' })).json.approval.state).toBe(
      'denied',
    );
  });

  test.each<[string, Deviation]>([
    ['for another origin', { origin: 'https://evil.example' }],
    ['for another domain', { rpId: 'evil.example' }],
    ['in a frame of another site', { crossOrigin: true }],
    ['without the user being verified', { flags: 0x01 }],
    ['without the user being present', { flags: 0x04 }],
    ['of a registration', { type: 'webauthn.create' }],
    ['with a counter that did not go on', { counter: 0 }],
    ['with another key', { key: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey }],
    ['with a challenge that was never issued', { challenge: Buffer.alloc(32).toString('base64url') }],
  ])('An assertion %s confirms nothing.', async (_, deviation) => {
    await open();
    await register();
    // Its counter is 1 from here on.
    const before = await hall.hold();
    await approve(before.approval_id, passkey.get(await begin(before.approval_id)));
    hall.delivery.calls.length = 0;
    const { approval_id } = await hall.hold();
    await expectRefused(approve(approval_id, passkey.get(await begin(approval_id), deviation)));
  });

  test('A challenge is for one hold, one steward, one result and one use, for two minutes.', async () => {
    await open();
    await register();
    await register('another', new SoftAuthenticator(SITE.origin, SITE.rp_id));
    const one = await hall.hold();
    const two = await hall.hold();
    // Of another hold.
    await expectRefused(approve(two.approval_id, passkey.get(await begin(one.approval_id))));
    // Of another steward.
    await expectRefused(approve(one.approval_id, passkey.get(await begin(one.approval_id, 'another'))));
    // Too late.
    const late = await begin(one.approval_id);
    hall.pass(121);
    await expectRefused(approve(one.approval_id, passkey.get(late)));
    // Used, though what it was used for failed.
    const assertion = passkey.get(await begin(one.approval_id), { flags: 0x01 });
    await expectRefused(approve(one.approval_id, assertion));
    await expectRefused(approve(one.approval_id, assertion));
    // After an escalation.
    const options = await begin(one.approval_id);
    await hall.post('steward', '/wcp/approvals/escalate', { approval_id: one.approval_id });
    await expectRefused(approve(one.approval_id, passkey.get(options), { result: 1 }));
    // With another result.
    const other = await begin(one.approval_id, 'steward', { result: 1 });
    await expectRefused(approve(one.approval_id, passkey.get(other), { result: 2 }));
    const same = await begin(one.approval_id, 'steward', { result: 1 });
    expect((await approve(one.approval_id, passkey.get(same), { result: 1 })).json.approval.state).toBe(
      'approved',
    );
  });

  test('Of an authenticator and its copy, which show the same number at once, one is taken.', async () => {
    await open();
    await register();
    const holds = [await hall.hold(), await hall.hold()];
    const options = await Promise.all(holds.map(({ approval_id }) => begin(approval_id)));
    const answers = await Promise.all(
      holds.map(({ approval_id }, index) =>
        approve(approval_id, passkey.get(options[index], { counter: 7 })),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 403]);
    expect(hall.delivery.calls).toHaveLength(1);
  });

  test("A steward cannot confirm with another steward's passkey.", async () => {
    await open();
    await register();
    const theirs = new SoftAuthenticator(SITE.origin, SITE.rp_id);
    await register('another', theirs);
    const { approval_id } = await hall.hold();
    await expectRefused(approve(approval_id, theirs.get(await begin(approval_id))));
  });

  test('With several stewards, each confirms with a passkey of its own.', async () => {
    await open({ approvalDemands: [{ confirmation: 'webauthn', quorum: 2 }] });
    const theirs = new SoftAuthenticator(SITE.origin, SITE.rp_id);
    await register();
    await register('another', theirs);
    const { approval_id } = await hall.hold();
    const first = await approve(approval_id, passkey.get(await begin(approval_id)));
    expect(first.json.approval.state).toBe('pending');
    await expectRefused(approve(approval_id, undefined, {}, 'another'));
    const second = await approve(approval_id, theirs.get(await begin(approval_id, 'another')), {}, 'another');
    expect(second.json.approval.state).toBe('approved');
  });

  test('A Hall without an address for passkeys approves nothing that needs one.', async () => {
    hall = await TestHall.open({ approvalDemands: [{ confirmation: 'webauthn' }] });
    onTestFinished(() => hall.close());
    const { approval_id } = await hall.hold();
    await expectRefused(approve(approval_id, passkey.get({ challenge: 'none' })));
    expect((await hall.post('steward', '/wcp/passkeys/options', {})).json.detail).toContain(
      'approvals.webauthn',
    );
  });
});

describe('a passkey', () => {
  test('A steward sees its own passkeys, an auditor all of them, and nobody their keys.', async () => {
    await open();
    const { json } = await register();
    expect(json).toMatchObject({ label: 'phone', is_synced: false, used_at: null });
    expect((await hall.get('steward', '/wcp/passkeys')).json.items).toEqual([json]);
    expect((await hall.get('another' as Person, '/wcp/passkeys')).json.items).toEqual([]);
    expect((await hall.get('auditor', '/wcp/passkeys')).json.items).toEqual([json]);
    expect(json).not.toHaveProperty('public_key');
    expect((await hall.events()).filter(({ event_id }) => event_id.includes('passkey'))).toMatchObject([
      { event_id: 'org.wcp.hall.passkey-registered', label: 'phone' },
    ]);
  });

  test('Whoever stole the key of a steward adds no passkey: a second one is confirmed with the first.', async () => {
    await open();
    await register();
    const theirs = new SoftAuthenticator(SITE.origin, SITE.rp_id);
    await expectRefused(register('steward', theirs));
    const options = (await hall.post('steward', '/wcp/passkeys/options', {})).json;
    const added = await hall.post('steward', '/wcp/passkeys', {
      label: 'a second',
      registration: theirs.create(options.registration),
      confirmation: passkey.get(options.confirmation),
    });
    expect(added.status).toBe(201);
    expect((await hall.ask('steward', 'DELETE', `/wcp/passkeys/${added.json.passkey_id}`)).status).toBe(403);
  });

  test('Two that are registered at once are not both the first.', async () => {
    await open();
    const theirs = new SoftAuthenticator(SITE.origin, SITE.rp_id);
    const answers = await Promise.all([register(), register('steward', theirs)]);
    // The second comes while the first is being registered, or finds it there.
    expect(answers.map(({ status }) => status).sort()).toEqual([201, expect.toBeOneOf([403, 409])]);
    expect((await hall.get('auditor', '/wcp/passkeys')).json.items).toHaveLength(1);
  });

  test('A challenge to confirm an approval adds no passkey, and one to add a passkey approves nothing.', async () => {
    await open();
    await register();
    const { approval_id } = await hall.hold();
    const options = (await hall.post('steward', '/wcp/passkeys/options', {})).json;
    await expectRefused(approve(approval_id, passkey.get(options.confirmation)));
    const theirs = new SoftAuthenticator(SITE.origin, SITE.rp_id);
    await expectRefused(
      hall.post('steward', '/wcp/passkeys', {
        label: 'x',
        registration: theirs.create(options.registration),
        confirmation: passkey.get(await begin(approval_id)),
      }),
    );
  });

  test.each<[string, Deviation]>([
    ['another origin', { origin: 'https://evil.example' }],
    ['another domain', { rpId: 'evil.example' }],
    ['a frame of another site', { crossOrigin: true }],
    ['a user who was not verified', { flags: 0x41 }],
    ['another challenge', { challenge: 'bm9uZQ' }],
  ])('A registration for %s is refused.', async (_, deviation) => {
    await open();
    await expectRefused(register('steward', passkey, deviation));
    expect((await hall.get('auditor', '/wcp/passkeys')).json.items).toEqual([]);
  });

  test('One that an admin removed confirms nothing, at once and after a restart; the others are still there.', async () => {
    await open({ file: join(tempFolder(), 'store.db') });
    const { json } = await register();
    const { approval_id } = await hall.hold();
    await hall.restart();
    const options = await begin(approval_id);
    const theirs = new SoftAuthenticator(SITE.origin, SITE.rp_id);
    await register('another', theirs);
    expect((await hall.ask('admin', 'DELETE', `/wcp/passkeys/${json.passkey_id}`)).status).toBe(200);
    await expectRefused(approve(approval_id, passkey.get(options)));
    await hall.restart();
    expect((await hall.get('auditor', '/wcp/passkeys')).json.items).toHaveLength(1);
    await expectRefused(approve(approval_id, undefined));
    const second = await approve(approval_id, theirs.get(await begin(approval_id, 'another')), {}, 'another');
    expect(second.json.approval.state).toBe('approved');
  });

  test('A passkey is sealed like every row: one that was written into the store stops the Hall.', async () => {
    const file = join(tempFolder(), 'store.db');
    await open({ file });
    await register();
    await hall.hall.close();
    const { DatabaseSync } = await import('node:sqlite');
    const database = new DatabaseSync(file);
    const changed = database
      .prepare("update meta set document = replace(document, 'phone', 'other') where state = 'passkey'")
      .run();
    database.close();
    expect(changed.changes).toBe(1);
    await expect(TestHall.open({ file, key: hall.signer, isOpen: true })).rejects.toMatchObject({
      code: 'ERR_WCP_STORE_TAMPERED',
    });
  });
});
