import { join } from 'node:path';
import { generateSigningKey } from '@wcp/evidence';
import { ENFORCED_MEMBERS, type Enforcement } from '@wcp/spec/document';
import { describe, expect, it } from 'vitest';
import { folderOf, REQUEST, record } from '../../support/support.ts';
import { echoWorker, openTestHall } from '../../support/test-hall.ts';

const text = JSON.stringify;

describe('workers', () => {
  const NEW = record({ worker_id: 'org.acme.summarizer.two' });

  it('Workers are enrolled, listed, shown and removed.', async () => {
    const { as, json } = await openTestHall();
    const file = join(folderOf({ 'registry_record.json': NEW }), 'registry_record.json');
    const enrolled = await as('owner', ['workers', 'enrol', file]);
    expect(enrolled).toMatchObject({ code: 0, out: expect.stringContaining('cannot reach it') });
    const { json: list } = await json('tenant', ['workers', 'list']);
    expect(list.items.map((each: { worker_id: string }) => each.worker_id)).toEqual([
      'org.acme.summarizer.one',
      'org.acme.summarizer.two',
    ]);
    expect((await as('tenant', ['workers', 'list'])).out).toMatch(/summarizer\.two +enrolled +1 +no/);
    expect((await as('tenant', ['workers', 'show', NEW.worker_id])).out).toContain('version');
    expect((await as('owner', ['workers', 'remove', NEW.worker_id])).code).toBe(0);
    const gone = await as('tenant', ['workers', 'show', NEW.worker_id]);
    expect(gone).toMatchObject({ code: 1, err: expect.stringContaining('error NOT_FOUND') });
    expect((await as('owner', ['workers', 'remove', NEW.worker_id])).code).toBe(1);
  });

  it('Workers that failed too often say until when they rest: in the list, alone and in health.', async () => {
    const workers = [{ ...echoWorker(), limits: { failures: 1, cooldown_ms: 60_000 } }];
    const { as } = await openTestHall({ workers });
    await as('tenant', ['dispatch', '-'], text({ ...REQUEST, request: { fail: true } }));
    const until = 'resting until\\s+20\\d\\d-[0-9T:.-]+Z';
    expect((await as('tenant', ['workers', 'list'])).out).toMatch(new RegExp(`enrolled, ${until} +1 +yes`));
    const shown = await as('tenant', ['workers', 'show', 'org.acme.summarizer.one']);
    expect(shown.out).toMatch(new RegExp(`runs +${until}, because it kept failing`));
    const health = await as('auditor', ['health']);
    expect(health.out).toMatch(new RegExp(`WORKER_RESTING: org\\.acme\\.summarizer\\.one .*${until}`));
    expect(health.code).toBe(1);
  });

  const ENFORCEMENT = Object.fromEntries(
    ENFORCED_MEMBERS.map((member) => [
      member,
      member === 'memory' ? { level: 'sampled', by: null } : { level: 'enforced', by: 'bubblewrap' },
    ]),
  ) as Enforcement;

  it.each([
    ['contained', ENFORCEMENT, null, /enforced: filesystem_writes \(bubblewrap\).*sampled: memory/s],
    ['declared', null, null, /envelope +declared note/],
    [
      'not_contained',
      null,
      'bwrap is missing. apt-get install bubblewrap',
      /not contained\. bwrap is missing/,
    ],
  ] as const)(
    'What holds a worker to its envelope stands in the list, alone and in health: %s.',
    async (state, enforcement, message, shown) => {
      const environments = { allowed_environments: ['dev', 'prod'] };
      const workers = [echoWorker(environments, { state, enforcement, message })];
      const { as, json } = await openTestHall({ workers });
      const { json: listed } = await json('tenant', ['workers', 'list']);
      expect(listed.items[0].containment).toEqual({ state, enforcement, message });
      const word = state.replace('_', ' ');
      expect((await as('tenant', ['workers', 'list'])).out).toMatch(new RegExp(`yes +${word} `));
      const alone = (await as('tenant', ['workers', 'show', 'org.acme.summarizer.one'])).out;
      expect(alone.replace(/\n +/g, ' ')).toMatch(shown);
      const health = (await as('auditor', ['health'])).out.replace(/\n +/g, ' ');
      expect(health.includes('WORKER_NOT_CONTAINED: org.acme.summarizer.one')).toBe(
        state === 'not_contained',
      );
      expect(health.includes('Workers run uncontained')).toBe(state !== 'contained');
    },
  );

  it.each([
    ['sampled', ENFORCEMENT],
    ['declared', { ...ENFORCEMENT, code: { level: 'declared', by: null } }],
  ] as const)(
    'The list of receipts says in a word how far an outcome was held to its envelope: %s.',
    async (word, enforcement) => {
      const state = 'contained' as const;
      const { as, json } = await openTestHall({
        workers: [echoWorker({}, { state, enforcement: enforcement as Enforcement, message: null })],
      });
      await as('tenant', ['dispatch', '-'], text(REQUEST));
      expect((await as('tenant', ['receipts', 'list'])).out).toMatch(new RegExp(`outcome .* ok +${word} `));
      const { json: list } = await json('tenant', ['receipts', 'list']);
      expect(list.items[1].receipt.enforcement).toEqual(enforcement);
    },
  );

  it('Workers are enrolled by the folder of their package, and every mistake is reported at its place.', async () => {
    const { as } = await openTestHall();
    expect((await as('owner', ['workers', 'enrol', folderOf({ 'registry_record.json': NEW })])).code).toBe(0);
    const dir = folderOf({ 'registry_record.json': { ...NEW, risk_tier: 'none', artifact_hash: 7 } });
    const { code, err } = await as('owner', ['workers', 'enrol', dir]);
    expect(err).toMatch(/registry_record\.json:[0-9]+:[0-9]+: \/risk_tier error INVALID_VALUE/);
    expect(err).toContain('2 errors. Nothing was done.');
    expect(code).toBe(2);
    expect((await as('tenant', ['workers', 'enrol', folderOf({ 'registry_record.json': NEW })])).code).toBe(
      2,
    );
  });

  it('Workers must be signed for once their authority has registered a key.', async () => {
    const { as, hall } = await openTestHall();
    const key = generateSigningKey();
    await hall.registry.addAuthorityKey('org.acme', key.publicKey);
    const files = folderOf({
      'record.json': NEW,
      'key.pem': key.exportPrivatePem(),
      'other.pem': generateSigningKey().exportPrivatePem(),
    });
    const enrol = (...more: string[]) =>
      as('owner', ['workers', 'enrol', join(files, 'record.json'), ...more]);
    expect((await enrol()).err).toContain('error ENROLMENT_UNSIGNED');
    const wrong = await enrol('--key-file', join(files, 'other.pem'));
    expect(wrong.err).toContain('error ENROLMENT_SIGNATURE_INVALID');
    expect((await enrol('--key-file', join(files, 'key.pem'))).code).toBe(0);
    // The clock of these tests stands still: a second signature is no later than the first.
    const again = await enrol('--key-file', join(files, 'key.pem'));
    expect(again).toMatchObject({ code: 1, err: expect.stringContaining('error ENROLMENT_OUTDATED') });
  });
});

it('Workers are listed with a note where changed code would run, and shown with what that means.', async () => {
  const { as } = await openTestHall();
  expect((await as('tenant', ['workers', 'list'])).out).toMatch(/summarizer\.one .*changed code would run/);
  const shown = await as('tenant', ['workers', 'show', 'org.acme.summarizer.one']);
  expect(shown.out).toContain('Changed code would run: require_worker_attestation is off.');
  const strict = await openTestHall({ config: { require_worker_attestation: true } });
  expect((await strict.as('tenant', ['workers', 'list'])).out).not.toContain('would run');
});

it('An enrolment by an admin says that a worker with changed code is still flagged.', async () => {
  const { code_hash, ...others } = {
    code_hash: `sha256:${'a'.repeat(64)}`,
    hash_method: 'file',
    attested_at: '2026-01-01T00:00:00Z',
    attested_by: 'namespace-key@org.acme',
  };
  const worker = echoWorker({ attestation: { code_hash, ...others } });
  const observe = async () => `sha256:${'b'.repeat(64)}` as const;
  const { as } = await openTestHall({
    config: { require_worker_attestation: true },
    workers: [{ delivery: { ...worker.delivery, observe } }],
  });
  expect((await as('tenant', ['dispatch', '-'], text(REQUEST))).out).toContain('DENY_WORKER_TAMPERED');
  const file = join(folderOf({ 'record.json': worker.delivery.record }), 'record.json');
  expect((await as('admin', ['workers', 'enrol', file])).out).toContain('still flagged');
  expect((await as('owner', ['workers', 'enrol', file])).out).not.toContain('still flagged');
});

it('Nothing is dispatched to a worker that the Hall cannot reach.', async () => {
  const other = echoWorker({ worker_id: 'org.acme.summarizer.far', allowed_environments: ['stage'] });
  const { as } = await openTestHall({ workers: [other] });
  expect((await as('tenant', ['dispatch', '-'], text(REQUEST))).code).toBe(1);
});
