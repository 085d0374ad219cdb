import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { generateSigningKey, merkleRoot, signCheckpoint } from '@wcp/evidence';
import { type KeyTerm, writeVerifierKey } from '@wcp/evidence/log';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
// @boundaries-ignore The authority is a program of the machine, which the tests of two packages ask.
import { hasOpenssl, TimestampAuthority } from '../../../../../cli/tests/support/timestamp-authority.ts';
import { TimestampRecipient } from '../../../../src/checkpoints/timestamp-recipient.ts';
import { checkpointChecks, logOf } from '../../../../src/deployment/doctor/services/checkpoint-checks.ts';
import { TestHall } from '../../../support/test-hall.ts';
import { TestWitness } from '../../../support/witnesses.ts';

const ORIGIN = 'hall.example/log';
const key = generateSigningKey();
const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

async function witness(): Promise<TestWitness> {
  const made = await TestWitness.open('witness.example/w1', { origin: ORIGIN, publicKey: key.publicKey });
  open.push({ close: () => made.stop() });
  return made;
}

async function answering(status: number, body: string): Promise<string> {
  const server = createServer((_, response) => response.writeHead(status).end(body));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const base = { dir: '.', env: {}, now: Date.now() };
const server = { origin: ORIGIN, host: '127.0.0.1', port: 0 };
const log = (terms: readonly KeyTerm[] | null = null) => logOf(server, terms);
const check = async (options: Parameters<typeof checkpointChecks>[1]) =>
  (await checkpointChecks({ ...base, now: Date.now() }, options, log()))[0];
const ask = ({ identity, url }: TestWitness, named = identity) => check({ witnesses: [{ key: named, url }] });

describe('The doctor asks a witness', () => {
  test('that has cosigned nothing yet, and says that its key was not checked.', async () => {
    expect(await ask(await witness())).toMatchObject({
      status: 'ok',
      subject: 'witness.example/w1',
      message: expect.stringContaining('its key was not checked'),
    });
  });

  test('that cosigned the log, and verifies that with the key that is named.', async () => {
    const one = await witness();
    const { identity, url } = one;
    const hall = await TestHall.open({ key, checkpoints: { witnesses: [{ key: identity, url }] } });
    open.push(hall);
    await hall.hall.log.checkpoint();
    const { size } = await hall.hall.log.head();
    expect(await ask(one)).toMatchObject({
      status: 'ok',
      message: expect.stringContaining(`${size} receipts with the key`),
    });
    const other = { ...identity, publicKey: generateSigningKey().publicKey };
    expect(await ask(one, other)).toMatchObject({
      status: 'warn',
      message: expect.stringContaining('another key'),
      remedy: expect.stringMatching(/^curl -i /),
    });
  });

  test('that nobody told of the key that the log has now, and names the command that does.', async () => {
    const one = await witness();
    const { identity, url } = one;
    const checkpoints = { witnesses: [{ key: identity, url }] };
    const key_files = { prepare: async () => generateSigningKey(), complete: async () => {} };
    const { hall } = await TestHall.open({ key, key_files, checkpoints });
    open.push({ close: () => hall.close() });
    await hall.log.checkpoint();
    await hall.log.rotateKey();
    const terms = hall.log.keys();
    const address = new URL(await hall.app.listen({ host: '127.0.0.1', port: 0 }));
    const shown = logOf({ ...server, port: Number(address.port) }, null);
    const size = terms.at(-1)?.from_position;
    const verifierKey = writeVerifierKey(ORIGIN, terms.at(-1)?.public_key ?? '');
    for (const known of [log(terms), shown]) {
      expect((await checkpointChecks(base, checkpoints, known))[0]).toMatchObject({
        status: 'warn',
        subject: 'witness.example/w1',
        message: expect.stringContaining(`changed at ${size} receipts`),
        remedy: `wcp witness watch my-witness ${verifierKey} --from-size ${size}`,
      });
    }
    const other = logOf({ ...server, origin: 'other.example/log', port: Number(address.port) }, null);
    expect(await other.terms()).toBeNull();
    expect(await check(checkpoints)).toMatchObject({ status: 'ok' });
  });

  test('that is down, and a server that is no witness.', async () => {
    const one = await witness();
    await one.stop();
    expect(await ask(one)).toMatchObject({
      status: 'warn',
      message: expect.stringContaining('cannot be reached'),
      remedy: expect.stringContaining(one.url),
    });
    const url = await answering(200, '');
    expect(await check({ witnesses: [{ key: one.identity, url }] })).toMatchObject({
      status: 'warn',
      message: expect.stringContaining('(200)'),
    });
  });
});

describe.skipIf(!hasOpenssl)('The doctor asks an authority of timestamps', () => {
  const authority = async () => {
    const made = await TimestampAuthority.open();
    open.push(made);
    return made;
  };

  test('and verifies what it answers by the certificates that are named.', async () => {
    const one = await authority();
    const { url, certificates } = one;
    expect(await check({ timestamps: [{ url, certificates }] })).toMatchObject({
      status: 'ok',
      subject: new URL(url).origin,
      message: expect.stringContaining('verify'),
    });
    const other = await authority();
    expect(await check({ timestamps: [{ url, certificates: other.certificates }] })).toMatchObject({
      status: 'warn',
      message: expect.stringContaining('TIMESTAMP_AUTHORITY_UNKNOWN'),
      remedy: expect.stringContaining(url),
    });
  });

  test('that is down, that answers something else, and whose certificates are no longer valid.', async () => {
    const { certificates, url } = await authority();
    const down = 'http://127.0.0.1:1/';
    const asked = (message: string) => ({ status: 'warn', message: expect.stringContaining(message) });
    expect(await check({ timestamps: [{ url: down, certificates }] })).toMatchObject(asked('UNREACHABLE'));
    const nobody = await answering(200, 'hello');
    expect(await check({ timestamps: [{ url: nobody, certificates }] })).toMatchObject(
      asked('TIMESTAMP_MALFORMED'),
    );
    const [late] = await checkpointChecks(
      { ...base, now: Date.now() + 10 * 86_400_000 },
      { timestamps: [{ url, certificates }] },
      log(),
    );
    expect(late).toMatchObject(asked('None of its certificates is valid now'));
  });

  test('whose clock is apart from that of the machine: such a timestamp is not kept.', async () => {
    const { certificates, url } = await authority();
    const [apart] = await checkpointChecks(
      { ...base, now: Date.now() + 120_000 },
      { timestamps: [{ url, certificates }] },
      log(),
    );
    expect(apart).toMatchObject({ status: 'warn', message: expect.stringContaining('CLOCKS_APART') });
    const note = signCheckpoint({ origin: ORIGIN, size: 0, root: merkleRoot([]) }, key);
    for (const ahead of [-120_000, 120_000]) {
      const recipient = new TimestampRecipient({ url, certificates }, () => Date.now() + ahead);
      await expect(recipient.send({ size: 0, note }, AbortSignal.timeout(60_000))).rejects.toMatchObject({
        code: 'CLOCKS_APART',
      });
    }
    const agreed = new TimestampRecipient({ url, certificates }, () => Date.now());
    const [kept] = await agreed.send({ size: 0, note }, AbortSignal.timeout(60_000));
    expect(kept).toMatchObject({ put: 'meta' });
  });
});
