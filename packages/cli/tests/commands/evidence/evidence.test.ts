import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateSigningKey } from '@wcp/evidence';
import { openDeployment } from '@wcp/hall';
import { beforeEach, describe, expect, it } from 'vitest';
import { REAL_CLOCK, REQUEST, scratch, wcp } from '../../support/support.ts';
import { DENIED, HELD, openTestHall, type TestHall } from '../../support/test-hall.ts';

const key = generateSigningKey();
let test: TestHall;
let place = '';
let publicKey = '';
let id = '';
beforeEach(async () => {
  test = await openTestHall({ key });
  id = (await test.hall.dispatch(REQUEST)).decision.decision_id as string;
  await test.hall.dispatch({ ...REQUEST, tenant_id: 'tenant-b', correlation_id: 'c-b' });
  await test.hall.dispatch(DENIED);
  place = scratch();
  publicKey = join(place, 'hall.pub.pem');
  writeFileSync(publicKey, key.exportPublicPem());
});

const forget = (...args: string[]) => test.as('admin', ['evidence', 'forget', ...args]);

describe('evidence forget', () => {
  it('It says what would be forgotten, and forgets it with --yes alone.', async () => {
    expect(await forget('--tenant', 'tenant-a')).toMatchObject({
      code: 0,
      out: 'This would forget the payload of 2 decisions. Nothing was forgotten: add --yes.\n',
    });
    expect((await test.as('auditor', ['replay'])).out).toContain('3 decisions replayed');
    const done = await forget('--tenant', 'tenant-a', '--note', 'asked for', '--yes');
    expect(done).toMatchObject({
      code: 0,
      out: expect.stringContaining('Forgot the payload of 2 decisions.'),
    });
    expect((await test.json('auditor', ['receipts', 'list', '--stream', '(log)'])).json.items).toMatchObject([
      {
        receipt: { kind: 'erasure', erasure: { scope: 'tenant', tenant_id: 'tenant-a', note: 'asked for' } },
      },
    ]);
  });

  it('What is forgotten is not decided again, and nothing is wrong with it: at a Hall and in a bundle.', async () => {
    await forget('--decision', id, '--yes');
    const replayed = await test.as('auditor', ['replay']);
    expect(replayed).toMatchObject({ code: 0, out: expect.stringContaining(`NOT_HELD        ${id}`) });
    expect(replayed.out).toContain('2 decisions replayed: each comes out exactly as its receipt says.');
    expect(replayed.out).toContain('1 request no longer held: not decided again.');
    for (const stream of [[], ['--stream', 'tenant-a']]) {
      const dir = join(place, `evidence-${stream.length}`);
      const exported = await test.as('auditor', ['receipts', 'export', dir, '--decisions', ...stream]);
      expect(exported.out).toContain('1 request not held, forgotten or lost');
      const verified = await wcp(['receipts', 'verify', dir, '--keys', publicKey]);
      expect(verified).toMatchObject({ code: 0, out: expect.stringContaining('1 request no longer held') });
      expect((await test.json('auditor', ['replay', '--bundle', dir])).json).toMatchObject({
        ok: true,
        not_held: 1,
      });
      // A record that somebody took out is still found.
      const file = join(dir, 'decisions.jsonl');
      writeFileSync(file, readFileSync(file, 'utf8').split('\n').slice(1).join('\n'));
      expect((await wcp(['receipts', 'verify', dir, '--keys', publicKey])).out).toContain('DECISION_MISSING');
    }
  });

  it('A tenant sees in its own export what was forgotten of it, and not what was forgotten of others.', async () => {
    await forget('--decision', id, '--yes');
    await forget('--tenant', 'tenant-b', '--yes');
    const seen = (await test.json('tenant', ['receipts', 'list', '--stream', '(log)'])).json.items;
    expect(seen).toMatchObject([{ receipt: { erasure: { decision_id: id } } }]);
    const dir = join(place, 'evidence-of-tenant');
    const exported = await test.as('tenant', ['receipts', 'export', dir]);
    expect(exported.code, exported.err).toBe(0);
    const receipts = readFileSync(join(dir, 'receipts.jsonl'), 'utf8');
    expect(receipts).toContain('"kind":"erasure"');
    expect(receipts).not.toContain('tenant-b');
    const verified = await wcp(['receipts', 'verify', dir, '--keys', publicKey]);
    expect(verified).toMatchObject({ code: 0, out: expect.stringContaining('ok: nothing is changed') });
  });

  it('What waits for a steward is not forgotten, nor what was never made; the command says why.', async () => {
    const { decision } = await test.hall.dispatch(HELD);
    const waiting = await forget('--decision', decision.decision_id as string, '--yes');
    expect(waiting).toMatchObject({ code: 1, err: expect.stringContaining('waits for a steward') });
    expect((await forget('--decision', '01890a5d-ac96-774b-bcce-b302099a8057', '--yes')).code).toBe(1);
  });

  it.each([
    ['nothing', [], 'Say what is to be forgotten'],
    ['a time that is none', ['--before', 'yesterday'], 'RFC 3339'],
    ['a folder and a URL', ['--tenant', 'a', '--dir', '.', '--url', 'http://127.0.0.1:1'], 'not both'],
    ['a folder without a Hall', ['--tenant', 'a', '--dir', '.'], 'no store.db in this folder'],
  ])('A command that names %s is refused.', async (_, args, message) => {
    expect(await forget(...args)).toMatchObject({ code: 2, err: expect.stringContaining(message) });
  });

  it('The Hall in a folder forgets without being started, and only where it is a Hall.', async () => {
    const dir = join(place, 'hall');
    const opened = await openDeployment(dir, { listens: false, keys: 'none' });
    await opened.hall.route(REQUEST);
    await opened.close();
    const wanted = ['evidence', 'forget', '--before', '2100-01-01T00:00:00Z', '--dir', dir];
    expect(await wcp(wanted, REAL_CLOCK)).toMatchObject({
      code: 0,
      out: expect.stringContaining('would forget the payload of 1'),
    });
    expect(await wcp([...wanted, '--yes'], REAL_CLOCK)).toMatchObject({
      code: 0,
      out: expect.stringContaining('Forgot the payload of 1'),
    });
    expect(await wcp([...wanted, '--yes'], REAL_CLOCK)).toMatchObject({
      code: 2,
      err: expect.stringContaining('Nothing of this is held'),
    });
  });

  it('Only an admin forgets.', async () => {
    for (const person of ['tenant', 'steward', 'auditor'] as const) {
      expect((await test.as(person, ['evidence', 'forget', '--decision', id, '--yes'])).code).toBe(2);
    }
  });
});

describe('evidence disclose', () => {
  const file = () => join(place, 'disclosure.json');
  const verify = (...more: string[]) => wcp(['evidence', 'verify', file(), '--keys', publicKey, ...more]);

  it('A disclosure holds one request and its proof, and nothing of other requests.', async () => {
    expect((await test.as('auditor', ['evidence', 'disclose', id, '--out', file()])).code).toBe(0);
    const text = readFileSync(file(), 'utf8');
    expect(JSON.parse(text).request).toEqual(REQUEST.request ?? {});
    expect(text).not.toContain('tenant-b');
    await test.hall.close();
    const verified = await verify('--origin', 'hall.example/log');
    expect(verified).toMatchObject({ code: 0, out: expect.stringContaining('ok: the request is the one') });
    writeFileSync(file(), JSON.stringify({ ...JSON.parse(text), request: { text: 'another' } }));
    expect(await verify()).toMatchObject({
      code: 1,
      out: expect.stringContaining('DISCLOSURE_REQUEST_MISMATCH'),
    });
  });

  it('What is no longer held cannot be disclosed, nor what was denied as invalid.', async () => {
    const invalid = await test.hall.dispatch({ ...REQUEST, env: 'nowhere' });
    const refused = await test.as('auditor', [
      'evidence',
      'disclose',
      invalid.decision.decision_id as string,
      '--out',
      file(),
    ]);
    expect(refused).toMatchObject({ code: 2, err: expect.stringContaining('nothing proves what it said') });
    await forget('--decision', id, '--yes');
    const gone = await test.as('auditor', ['evidence', 'disclose', id, '--out', file()]);
    expect(gone).toMatchObject({ code: 1, err: expect.stringContaining('no longer held') });
  });
});
