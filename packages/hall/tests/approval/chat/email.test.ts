import { type AddressInfo, createServer, type Socket } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { EmailOptions } from '../../../src/approval/chat/email/email-channel.ts';
import { TestHall } from '../../support/test-hall.ts';
import { waitFor } from '../../support/wait-for.ts';
import { withoutTimeLimits } from '../../support/without-time-limits.ts';

interface Mailbox {
  readonly port: number;
  readonly mails: { readonly from: string; readonly to: readonly string[]; readonly text: string }[];
  /** Mails that are refused before one is taken. */
  refusals: number;
}

/** A server that takes mail over SMTP. */
async function mailbox(options: SMTPServerOptions = {}): Promise<Mailbox> {
  const mails: Mailbox['mails'] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    ...options,
    async onData(stream, { envelope }, done) {
      let text = '';
      for await (const chunk of stream) text += chunk;
      if (box.refusals > 0) {
        box.refusals -= 1;
        return done(Object.assign(new Error('busy'), { responseCode: 451 }));
      }
      const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address;
      // Lines that were folded on their way (quoted-printable) are whole again.
      const unfolded = text.replaceAll(/=\r?\n/g, '');
      mails.push({ from, to: envelope.rcptTo.map(({ address }) => address), text: unfolded });
      return done();
    },
  });
  server.on('error', () => {});
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', () => ready()));
  onTestFinished(() => new Promise<void>((closed) => server.close(() => closed())));
  const box: Mailbox = { port: (server.server.address() as AddressInfo).port, mails, refusals: 0 };
  return box;
}

async function open(port: number, more: Partial<EmailOptions> = {}): Promise<TestHall> {
  const email = {
    host: '127.0.0.1',
    port,
    tls: 'none',
    from: 'hall@hall.example',
    to: ['mina@hall.example', 'omar@hall.example'],
    ...more,
  } as const;
  const hall = await TestHall.open({ chats: { page_url: 'https://hall.example', email } });
  onTestFinished(() => hall.close());
  return hall;
}

const headerOf = (text: string, name: string) => new RegExp(`^${name}: (.*)$`, 'mi').exec(text)?.[1]?.trim();

describe('a mail', () => {
  test('A hold is mailed to every steward, with a link to its page and nothing that acts by itself.', async () => {
    const box = await mailbox();
    const hall = await open(box.port);
    const { approval_id } = await hall.hold('held', { request: { secret: 'not for a mail' } });
    await waitFor('a mail', () => box.mails.length > 0);
    const [{ from, to, text } = { from: '', to: [], text: '' }] = box.mails;
    expect([from, to]).toEqual(['hall@hall.example', ['mina@hall.example', 'omar@hall.example']]);
    expect(text).toContain(`https://hall.example/approvals/${approval_id}`);
    expect(text).toContain('Asked by: tenant-a');
    expect(text).not.toContain('not for a mail');
    expect(headerOf(text, 'Content-Type')).toContain('text/plain');
    expect([...text.matchAll(/https?:\/\/\S+/g)]).toHaveLength(1);
    // The link is a page: without a key it shows nothing, and it changes nothing.
    const page = await hall.hall.app.inject({ url: `/approvals/${approval_id}` });
    expect(page.body).not.toContain('tenant-a');
    expect((await hall.hall.approval(approval_id))?.state).toBe('pending');
  });

  test('How a hold ended is mailed too, and refers to the first mail.', async () => {
    const box = await mailbox();
    const hall = await open(box.port);
    const { approval_id } = await hall.hold();
    await hall.resolve('steward', approval_id, { resolution: 'deny' });
    await waitFor('two mails', () => box.mails.length === 2);
    const denied = box.mails.find(({ text }) => /^Subject: .*Denied/m.test(text));
    expect(headerOf(denied?.text ?? '', 'References')).toContain(approval_id);
  });

  test('A mail that was not taken is sent again, under the same id.', async () => {
    const box = await mailbox();
    box.refusals = 1;
    const hall = await open(box.port);
    await hall.hold();
    await waitFor('the refusal', () => box.refusals === 0);
    hall.pass(2);
    await waitFor('a mail', () => box.mails.length === 1);
    const { store } = hall.hall.parts.storage;
    await waitFor('the outbox to be empty', async () => (await store.count('outbox')) === 0);
    expect(headerOf(box.mails[0]?.text ?? '', 'Message-ID')).toMatch(/^<[0-9a-f-]{36}@hall\.example>$/);
  });

  test('Nothing is sent to a server that does not encrypt, unless that was chosen.', async () => {
    const box = await mailbox();
    const hall = await open(box.port, { tls: 'starttls' });
    await hall.hold();
    const { store } = hall.hall.parts.storage;
    const isPutOff = async () =>
      (await store.list('outbox')).some(({ document }) => document.includes('"attempt":1'));
    await waitFor('the mail to be put off', isPutOff);
    expect(hall.logged.join('\n')).toMatch(
      /A mail to the stewards was not accepted, and is sent again: E[A-Z]+/,
    );
    expect(box.mails).toEqual([]);
  });

  test('A mail server that says nothing does not keep the Hall from closing.', async () => {
    withoutTimeLimits();
    const silent = createServer();
    await new Promise<void>((ready) => silent.listen(0, '127.0.0.1', ready));
    let asked: Socket | null = null;
    silent.on('connection', (socket) => {
      asked = socket;
    });
    onTestFinished(() => {
      asked?.destroy();
      silent.close();
    });
    const hall = await open((silent.address() as AddressInfo).port);
    await hall.hold();
    await waitFor('a connection', () => asked !== null);
    await hall.close();
    expect(hall.logged.join('\n')).not.toContain('given up');
    // The library's own patience has another code.
    expect(hall.logged.join('\n')).toContain('is sent again: TIMEOUT.');
  });

  test('The mail goes out with the account of the Hall.', async () => {
    const seen: unknown[] = [];
    const box = await mailbox({
      authOptional: false,
      allowInsecureAuth: true,
      onAuth({ username, password }, _, done) {
        seen.push([username, password]);
        done(null, { user: username });
      },
    });
    const hall = await open(box.port, { user: 'hall', password: 'of these tests' });
    await hall.hold();
    await waitFor('a mail', () => box.mails.length === 1);
    expect(seen).toEqual([['hall', 'of these tests']]);
  });
});
