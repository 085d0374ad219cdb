import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { EVERYBODY } from '../../http/access-rows.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { type Person, TestHall, type TestHallOptions } from '../../support/test-hall.ts';
import { waitFor } from '../../support/wait-for.ts';
import { type Called, ChatServer } from './chat-server.ts';

const SIGNING_SECRET = 'the signing secret of these tests';
const STEWARDS = new Map<string, string>();

let hall: TestHall;
let slack: ChatServer;
let answers: (called: Called) => object;
beforeEach(async () => {
  STEWARDS.clear();
  answers = ({ path }) =>
    path.endsWith('chat.postMessage') ? { ok: true, channel: 'C1', ts: '1767326126.1' } : { ok: true };
  slack = await ChatServer.open((called) => ({ json: answers(called) }));
});

async function open(options: TestHallOptions = {}): Promise<void> {
  hall = await TestHall.open({
    chats: {
      page_url: 'https://hall.example/wcp-hall',
      slack: {
        bot_token: 'xoxb-of-a-test',
        signing_secret: SIGNING_SECRET,
        team_id: 'T1',
        channel_id: 'C1',
        stewards: STEWARDS,
        api_url: slack.url,
      },
    },
    ...options,
  });
  onTestFinished(() => hall.close());
  STEWARDS.set('U1', principalOf('steward'));
}

const principalOf = (person: Person) => `key:${hall.keys.get(person)?.slice(4, 16)}`;

/** The message about a hold, once it is in the channel. */
async function message(count = 1): Promise<Called> {
  await waitFor('a message in Slack', () => slack.to('chat.postMessage').length >= count);
  return slack.to('chat.postMessage')[count - 1] as Called;
}

// biome-ignore lint/suspicious/noExplicitAny: a message is read as Slack reads it.
const buttonsOf = ({ json }: Called): any[] => json.blocks.at(-1).elements;
const valueIn = (called: Called, action: string): string =>
  buttonsOf(called).find(({ action_id }) => action_id === action)?.value;

/** What Slack sends when somebody clicks, in the form of its documentation. */
function payloadOf(value: string | undefined, more: object = {}): object {
  return {
    type: 'block_actions',
    user: { id: 'U1', username: 'mina', name: 'mina', team_id: 'T1' },
    api_app_id: 'A02',
    token: 'Shh_its_a_seekrit',
    container: { type: 'message', message_ts: '1767326126.1', channel_id: 'C1', is_ephemeral: false },
    trigger_id: '12466734323.1395872398',
    team: { id: 'T1', domain: 'example' },
    enterprise: null,
    is_enterprise_install: false,
    channel: { id: 'C1', name: 'approvals' },
    message: {
      bot_id: 'B1',
      type: 'message',
      text: '…',
      user: 'U9',
      ts: '1767326126.1',
      team: 'T1',
      blocks: [],
    },
    state: { values: {} },
    response_url: 'https://hooks.slack.com/actions/T1/12/abc',
    actions: [
      {
        action_id: 'wcp_approve',
        block_id: '=qXel',
        text: { type: 'plain_text', text: 'Approve', emoji: false },
        ...(value !== undefined && { value }),
        style: 'primary',
        type: 'button',
        action_ts: '1767326130.289415',
      },
    ],
    ...more,
  };
}

interface Sending {
  readonly at?: number;
  readonly secret?: string;
  readonly signature?: string;
  readonly body?: string;
  readonly headers?: Record<string, string>;
}

function send(payload: object, { at, secret = SIGNING_SECRET, signature, body, headers }: Sending = {}) {
  const timestamp = String(Math.floor((at ?? Date.now()) / 1000));
  const signed = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
  const mac = createHmac('sha256', secret).update(`v0:${timestamp}:${signed}`).digest('hex');
  return hall.hall.app.inject({
    method: 'POST',
    url: '/wcp/approvals/slack',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-slack-request-timestamp': timestamp,
      'x-slack-signature': signature ?? `v0=${mac}`,
      ...headers,
    },
    payload: body ?? signed,
  });
}

const stateOf = async (id: string) => (await hall.hall.approval(id))?.state;
const ended = (id: string, state: string) =>
  waitFor(`the hold to be ${state}`, async () => (await stateOf(id)) === state);
/** What only whoever clicked was told. */
async function told(): Promise<string> {
  await waitFor('a sentence for whoever clicked', () => slack.to('chat.postEphemeral').length > 0);
  const [{ json } = { json: null }] = slack.to('chat.postEphemeral').slice(-1);
  expect(json).toMatchObject({ channel: 'C1', parse: 'none' });
  return json.text;
}

describe('a message in Slack', () => {
  test('A hold is one message that says what waits, without the request itself.', async () => {
    await open();
    const { approval_id } = await hall.hold('held', { request: { secret: 'not for a chat' } });
    const { json, headers, text } = await message();
    expect(headers.authorization).toBe('Bearer xoxb-of-a-test');
    expect(json).toMatchObject({ channel: 'C1', parse: 'none', link_names: false, unfurl_links: false });
    expect(text).toContain('Asked by: tenant-a');
    expect(text).not.toContain('not for a chat');
    expect(buttonsOf({ json } as Called).map(({ action_id, url }) => [action_id, url])).toEqual([
      ['wcp_approve', undefined],
      ['wcp_deny', undefined],
      ['wcp_open', `https://hall.example/wcp-hall/approvals/${approval_id}`],
    ]);
  });

  test('Every text that an asker chose is plain, on one line, bounded, and shows its hidden characters.', async () => {
    await open();
    const correlation_id = 'C/<!channel>'.replaceAll(/[<>!]/g, '-').padEnd(128, 'x');
    await hall.hold('held', { correlation_id });
    const { json, text } = await message();
    const kinds = [...text.matchAll(/"type":"(mrkdwn|plain_text)"/g)].map(([, kind]) => kind);
    expect(new Set(kinds)).toEqual(new Set(['plain_text']));
    for (const { fields = [] } of json.blocks)
      for (const field of fields) {
        expect(field.text.length).toBeLessThanOrEqual(400);
        expect(field.text).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      }
  });

  test('Whatever answers in the place of Slack, nothing but a code stands in the log.', async () => {
    await open();
    answers = ({ headers }) => ({ ok: false, error: headers.authorization?.slice('Bearer '.length) });
    await hall.hold();
    await message();
    await waitFor('the reason in the log', () => hall.logged.some((line) => line.includes('sent again')));
    expect(hall.logged.join()).not.toContain('xoxb');
  });

  test('A message that Slack did not take is sent again, and a hold that ended elsewhere meanwhile is never asked about.', async () => {
    await open();
    answers = () => ({ ok: false, error: 'ratelimited' });
    const { approval_id } = await hall.hold();
    await message();
    const isLogged = () => hall.logged.some((line) => line.endsWith('sent again: ratelimited.'));
    await waitFor('the reason in the log', isLogged);
    await hall.resolve('steward', approval_id, { resolution: 'deny' });
    answers = () => ({ ok: true, ts: '1.1' });
    hall.pass(10);
    const { store } = hall.hall.parts.storage;
    await waitFor('the outbox to be empty', async () => (await store.count('outbox')) === 0);
    expect(slack.to('chat.postMessage')).toHaveLength(1);
  });
});

describe('a click in Slack', () => {
  test('Of an approval and a denial at once one counts.', async () => {
    await open();
    const { approval_id } = await hall.hold();
    const called = await message();
    const values = ['wcp_approve', 'wcp_deny', 'wcp_approve', 'wcp_deny'].map((name) =>
      valueIn(called, name),
    );
    await Promise.all(values.map((value) => send(payloadOf(value))));
    await waitFor('every answer', () => slack.to('chat.postEphemeral').length === values.length);
    const { state, history } = (await hall.hall.approval(approval_id)) ?? { state: null, history: [] };
    expect(history).toHaveLength(1);
    expect(['approved', 'denied']).toContain(state);
    expect(hall.delivery.calls).toHaveLength(state === 'approved' ? 1 : 0);
  });

  test('A click approves: the steward who clicked is the resolver, the evidence names the account, and the message changes.', async () => {
    await open();
    const { approval_id } = await hall.hold();
    const answer = await send(payloadOf(valueIn(await message(), 'wcp_approve')));
    expect([answer.statusCode, answer.body]).toEqual([200, '']);
    await ended(approval_id, 'approved');
    expect((await hall.hall.approval(approval_id))?.history).toMatchObject([
      { action: 'approve', by: principalOf('steward'), via: 'slack:T1:U1' },
    ]);
    expect(hall.delivery.calls).toHaveLength(1);
    await waitFor('the message to change', () => slack.to('chat.update').length > 0);
    const [update] = slack.to('chat.update');
    expect(update?.json).toMatchObject({ channel: 'C1', ts: '1767326126.1', text: 'Approved' });
    expect(buttonsOf(update as Called).map(({ action_id }) => action_id)).toEqual(['wcp_open']);
  });

  test('The other button denies, and nothing runs.', async () => {
    await open();
    const { approval_id } = await hall.hold();
    await send(payloadOf(valueIn(await message(), 'wcp_deny')));
    await ended(approval_id, 'denied');
    expect(hall.delivery.calls).toHaveLength(0);
  });

  test('A click counts once, whether Slack repeats it or somebody plays it back.', async () => {
    await open();
    const { approval_id } = await hall.hold();
    const payload = payloadOf(valueIn(await message(), 'wcp_approve'));
    await Promise.all([send(payload), send(payload), send(payload)]);
    await ended(approval_id, 'approved');
    expect(await told()).toMatch(/resolved already|is approved/);
    expect(hall.delivery.calls).toHaveLength(1);
  });

  test('A hold that ended elsewhere shows that in the message.', async () => {
    await open();
    const { approval_id } = await hall.hold();
    await message();
    await waitFor(
      'the message to be known',
      async () => (await hall.hall.parts.storage.store.count('outbox')) === 1,
    );
    await hall.resolve('steward', approval_id, { resolution: 'deny' });
    await waitFor('the message to change', () => slack.to('chat.update').length > 0);
    expect(slack.to('chat.update')[0]?.json.text).toBe('Denied');
  });

  test.each([['another account', payloadOf, { user: { id: 'U2' } }, 'not a steward']])(
    'An account that is nobody here resolves nothing, and is told why: %s.',
    async (_, payload, more, why) => {
      await open();
      const { approval_id } = await hall.hold();
      await send(payload(valueIn(await message(), 'wcp_approve'), more));
      expect(await told()).toContain(why);
      expect(await stateOf(approval_id)).toBe('pending');
    },
  );

  test('An account whose key was revoked, has another role, or belongs to the tenant resolves nothing.', async () => {
    await open();
    const { approval_id } = await hall.hold();
    const value = valueIn(await message(), 'wcp_approve');
    for (const [account, person] of [
      ['U2', 'revoked'],
      ['U3', 'auditor'],
      ['U4', 'admin'],
      ['U5', 'both'],
    ] as const) {
      STEWARDS.set(account, principalOf(person));
      slack.calls.length = 0;
      await send(payloadOf(value, { user: { id: account } }));
      expect(await told(), person).toMatch(person === 'both' ? /cannot resolve it/ : /not valid any more/);
    }
    expect(await stateOf(approval_id)).toBe('pending');
    expect(hall.delivery.calls).toHaveLength(0);
  });

  test.each<[string, Sending]>([
    ['another secret', { secret: 'another' }],
    ['no signature', { signature: '' }],
    ['a signature of another version', { signature: 'v1=00' }],
    ['a time ten minutes ago', { at: Date.now() - 600_000 }],
    ['a time ten minutes ahead', { at: Date.now() + 600_000 }],
    ['a time that is no number', { headers: { 'x-slack-request-timestamp': '1e9' } }],
    ['another body than was signed', { body: 'payload=%7B%7D' }],
  ])('A callback with %s is refused, whoever it is said to come from.', async (_, sending) => {
    await open();
    const { approval_id } = await hall.hold();
    const answer = await send(payloadOf(valueIn(await message(), 'wcp_approve')), sending);
    expect([answer.statusCode, answer.json().code]).toEqual([401, 'UNAUTHENTICATED']);
    expect(await stateOf(approval_id)).toBe('pending');
  });

  test('No key opens the address of the callback: only the signature does.', async () => {
    await open();
    for (const person of EVERYBODY) {
      const answer = await send({}, { secret: 'another', headers: hall.authorization(person) });
      expect([person, answer.statusCode]).toEqual([person, 401]);
    }
  });

  test.each([
    ['another workspace', { team: { id: 'T2', domain: 'x' } }, 403],
    ['another channel', { channel: { id: 'C2', name: 'x' } }, 403],
    ['two buttons at once', { actions: [{ action_id: 'a' }, { action_id: 'b' }] }, 400],
    ['no button', { actions: [] }, 400],
    ['something else than a click', { type: 'view_submission' }, 400],
  ])('A signed callback from %s is refused.', async (_, more, status) => {
    await open();
    const { approval_id } = await hall.hold();
    const answer = await send(payloadOf(valueIn(await message(), 'wcp_approve'), more));
    expect(answer.statusCode).toBe(status);
    expect(await stateOf(approval_id)).toBe('pending');
  });

  test('A button that was changed, or made for another hold, does nothing to this one.', async () => {
    await open();
    const one = await hall.hold();
    const other = await hall.hold();
    const [first, second] = [await message(1), await message(2)];
    const [deny, approve] = [valueIn(first, 'wcp_deny'), valueIn(second, 'wcp_approve')];
    const forged = `${approve.split('.')[0]}.${deny.split('.')[1]}`;
    const flipped = `${Buffer.from(
      Buffer.from(deny.split('.')[0] ?? '', 'base64url')
        .toString()
        .replace('"deny"', '"approve"'),
    ).toString('base64url')}.${deny.split('.')[1]}`;
    for (const value of [forged, flipped, `${deny}x`, '', '.', 'a.b.c', 'x'.repeat(2000)]) {
      slack.calls.length = 0;
      await send(payloadOf(value));
      expect(await told()).toContain('not made by this Hall');
    }
    expect([await stateOf(one.approval_id), await stateOf(other.approval_id)]).toEqual([
      'pending',
      'pending',
    ]);
  });

  test('After an escalation the earlier buttons are void, and the message offers no approval in one click.', async () => {
    await open();
    const { approval_id } = await hall.hold();
    const value = valueIn(await message(), 'wcp_approve');
    await waitFor(
      'the message to be known',
      async () => (await hall.hall.parts.storage.store.count('outbox')) === 1,
    );
    await hall.post('steward', '/wcp/approvals/escalate', { approval_id });
    await send(payloadOf(value));
    expect(await told()).toContain('has changed since');
    await waitFor('the message to change', () => slack.to('chat.update').length > 0);
    expect(buttonsOf(slack.to('chat.update')[0] as Called).map(({ action_id }) => action_id)).toEqual([
      'wcp_deny',
      'wcp_open',
    ]);
    expect(await stateOf(approval_id)).toBe('pending');
  });

  test('Where a passkey must confirm, a click approves nothing: the message offers the page instead.', async () => {
    await open({ approvalDemands: [{ confirmation: 'webauthn' }] });
    await hall.hold();
    const { json, text } = await message();
    expect(buttonsOf({ json } as Called).map(({ action_id }) => action_id)).toEqual(['wcp_deny', 'wcp_open']);
    expect(text).toContain('must be confirmed with a passkey');
  });

  test('Two stewards approve by clicks, and the message counts them; one of them twice is not two.', async () => {
    await open({ approvalDemands: [{ quorum: 2 }] });
    const second = await hall.hall.parts.identity.keys.create({ label: 'second', roles: ['steward'] });
    STEWARDS.set('U2', second.principal_id);
    const { approval_id } = await hall.hold();
    const value = valueIn(await message(), 'wcp_approve');
    await send(payloadOf(value));
    expect(await told()).toContain('1 of 2');
    slack.calls.length = 0;
    await send(payloadOf(value));
    expect(await told()).toContain('another steward must');
    expect(await stateOf(approval_id)).toBe('pending');
    await send(payloadOf(value, { user: { id: 'U2' } }));
    await ended(approval_id, 'approved');
    expect(hall.delivery.calls).toHaveLength(1);
  });

  test('A message is kept up to date across a restart.', async () => {
    await open({ file: join(tempFolder(), 'store.db') });
    const { approval_id } = await hall.hold();
    const value = valueIn(await message(), 'wcp_approve');
    await waitFor(
      'the message to be known',
      async () => (await hall.hall.parts.storage.store.count('outbox')) === 1,
    );
    await hall.restart();
    await send(payloadOf(value));
    await ended(approval_id, 'approved');
    await waitFor('the message to change', () => slack.to('chat.update').length > 0);
    expect(slack.to('chat.update')[0]?.json.ts).toBe('1767326126.1');
    expect(slack.to('chat.postMessage')).toHaveLength(1);
  });

  test('A click on a button that only opens the page is taken, and does nothing.', async () => {
    await open();
    const { approval_id } = await hall.hold();
    await message();
    const answer = await send(payloadOf(undefined));
    expect(answer.statusCode).toBe(200);
    expect(await stateOf(approval_id)).toBe('pending');
    expect(slack.to('chat.postEphemeral')).toEqual([]);
  });
});
