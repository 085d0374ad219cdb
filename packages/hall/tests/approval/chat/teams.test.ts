import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { EVERYBODY } from '../../http/access-rows.ts';
import { type Person, TestHall, type TestHallOptions } from '../../support/test-hall.ts';
import { waitFor } from '../../support/wait-for.ts';
import { type Called, ChatServer } from './chat-server.ts';

const APP = '5b0d2b6e-0000-4000-8000-0000000000aa';
const TENANT = '72f988bf-0000-4000-8000-0000000000bb';
const CONVERSATION = '19:approvals@thread.tacv2';
const MINA = 'b4e6c4a1-0000-4000-8000-0000000000cc';
const STEWARDS = new Map<string, string>();

const [good, foreign, unendorsed] = await Promise.all(
  [1, 2, 3].map(() => generateKeyPair('RS256', { extractable: true })),
);
const KEYS = {
  keys: [
    {
      ...(await exportJWK(good?.publicKey as CryptoKey)),
      kid: 'good',
      alg: 'RS256',
      use: 'sig',
      endorsements: ['msteams', 'webchat'],
    },
    {
      ...(await exportJWK(unendorsed?.publicKey as CryptoKey)),
      kid: 'unendorsed',
      alg: 'RS256',
      use: 'sig',
      endorsements: ['slack'],
    },
  ],
};

let hall: TestHall;
let teams: ChatServer;
let keys: unknown;
let expiresIn: number;
let refusal: string | undefined;
beforeEach(async () => {
  keys = KEYS;
  expiresIn = 3600;
  refusal = undefined;
  STEWARDS.clear();
  teams = await ChatServer.open(({ path }) => {
    if (path === '/keys') return { json: keys };
    if (path.endsWith('/oauth2/v2.0/token')) {
      if (refusal !== undefined) return { status: 401, json: { error: refusal } };
      return { json: { token_type: 'Bearer', expires_in: expiresIn, access_token: 'token-of-the-bot' } };
    }
    return { status: 201, json: { id: '1767326126' } };
  });
});

const principalOf = (person: Person) => `key:${hall.keys.get(person)?.slice(4, 16)}`;

async function open(options: TestHallOptions = {}): Promise<void> {
  hall = await TestHall.open({
    chats: {
      page_url: 'https://hall.example',
      teams: {
        app_id: APP,
        app_password: 'the password of these tests',
        tenant_id: TENANT,
        service_url: `${teams.url}emea/`,
        conversation_id: CONVERSATION,
        stewards: STEWARDS,
        login_url: teams.url,
        keys_url: `${teams.url}keys`,
      },
    },
    ...options,
  });
  onTestFinished(() => hall.close());
  STEWARDS.set(MINA, principalOf('steward'));
}

const posts = () => teams.to(`/v3/conversations/${encodeURIComponent(CONVERSATION)}/activities`);
async function card(): Promise<Called> {
  await waitFor('a card in Teams', () => posts().length > 0);
  return posts()[0] as Called;
}
// biome-ignore lint/suspicious/noExplicitAny: a card is read as Teams reads it.
const actionsOf = ({ json }: Called): any[] => json.attachments[0].content.actions;
const valueIn = (called: Called, title: string): string =>
  actionsOf(called).find((action) => action.title === title)?.data.wcp;

/** What the Bot Connector sends when somebody clicks, in the form of its documentation. */
function activityOf(wcp: unknown, more: object = {}): object {
  return {
    type: 'invoke',
    id: 'f:622749630322482883',
    timestamp: '2026-01-31T12:00:00.0000000Z',
    channelId: 'msteams',
    serviceUrl: 'https://smba.trafficmanager.net/emea/',
    name: 'adaptiveCard/action',
    from: { id: '29:1bSnHZ7Js2STWrgk6ScEErLk1Lp2zQuD5H2XQ960rtvs', name: 'Mina', aadObjectId: MINA },
    conversation: {
      conversationType: 'channel',
      tenantId: TENANT,
      id: `${CONVERSATION};messageid=1767326126`,
      isGroup: true,
    },
    recipient: { id: `28:${APP}`, name: 'Hall' },
    channelData: { tenant: { id: TENANT }, source: { name: 'message' } },
    replyToId: '1767326126',
    value: {
      action: { type: 'Action.Execute', title: 'Approve', verb: 'wcp_resolve', data: { wcp } },
      trigger: 'manual',
    },
    localTimezone: 'Europe/Amsterdam',
    ...more,
  };
}

interface Signing {
  readonly key?: CryptoKey | undefined;
  readonly kid?: string;
  readonly claims?: object;
  readonly issuer?: string;
  readonly audience?: string;
  readonly until?: string;
  readonly authorization?: string;
}

async function send(activity: object, signing: Signing = {}) {
  const { key = good?.privateKey as CryptoKey, kid = 'good', claims, until = '1h' } = signing;
  const token = await new SignJWT({ serviceurl: 'https://smba.trafficmanager.net/emea/', ...claims })
    .setProtectedHeader({ alg: 'RS256', kid, typ: 'JWT' })
    .setIssuer(signing.issuer ?? 'https://api.botframework.com')
    .setAudience(signing.audience ?? APP)
    .setIssuedAt()
    .setExpirationTime(until)
    .sign(key);
  return hall.hall.app.inject({
    method: 'POST',
    url: '/wcp/approvals/teams',
    headers: {
      'content-type': 'application/json; charset=utf-8',
      authorization: signing.authorization ?? `Bearer ${token}`,
    },
    payload: JSON.stringify(activity),
  });
}

const stateOf = async (id: string) => (await hall.hall.approval(id))?.state;

describe('a card in Teams', () => {
  test('The bot posts one card for a hold with a token of its own, and Markdown that an asker chose stays text.', async () => {
    await open();
    const { approval_id } = await hall.hold('held', {
      correlation_id: 'a_b-c',
      request: { secret: 'not for a chat' },
    });
    const posted = await card();
    expect(posted.headers.authorization).toBe('Bearer token-of-the-bot');
    const [token] = teams.to(`/${TENANT}/oauth2/v2.0/token`);
    expect(Object.fromEntries(new URLSearchParams(token?.text))).toMatchObject({
      grant_type: 'client_credentials',
      client_id: APP,
      scope: 'https://api.botframework.com/.default',
    });
    expect(posted.text).not.toContain('not for a chat');
    expect(posted.json.attachments[0].content.body[1].facts).toContainEqual({
      title: 'Correlation',
      value: 'a\\_b\\-c',
    });
    expect(actionsOf(posted).at(-1)).toMatchObject({
      type: 'Action.OpenUrl',
      url: `https://hall.example/approvals/${approval_id}`,
    });
  });

  test.each([
    ['invalid_client', 'invalid_client'],
    ['the password of these tests', 'no code'],
  ])('Where the bot gets no token, the log says why, in a code: %s.', async (answered, said) => {
    refusal = answered;
    await open();
    await hall.hold();
    await waitFor('the reason in the log', () =>
      hall.logged.some((line) => line.includes(`the bot got no token, ${said}.`)),
    );
    expect(hall.logged.join()).not.toContain('password of these');
  });

  test('The bot keeps its token until it expires, and no longer.', async () => {
    expiresIn = 30;
    await open();
    await hall.hold();
    await hall.hold();
    await waitFor('two cards', () => posts().length === 2);
    expect(teams.to('/token')).toHaveLength(2);
  });
});

describe('a click in Teams', () => {
  test('A click approves: the steward who clicked is the resolver, is told so, and the card changes.', async () => {
    await open();
    const { approval_id } = await hall.hold();
    const answer = await send(activityOf(valueIn(await card(), 'Approve')));
    expect(answer.json()).toEqual({
      statusCode: 200,
      type: 'application/vnd.microsoft.activity.message',
      value: 'This request is approved.',
    });
    expect((await hall.hall.approval(approval_id))?.history).toMatchObject([
      { action: 'approve', by: principalOf('steward'), via: `teams:${TENANT}:${MINA}` },
    ]);
    expect(hall.delivery.calls).toHaveLength(1);
    await waitFor('the card to change', () => teams.to('/activities/1767326126').length > 0);
    const [update] = teams.to('/activities/1767326126');
    expect([update?.method, actionsOf(update as Called).map(({ type }) => type)]).toEqual([
      'PUT',
      ['Action.OpenUrl'],
    ]);
  });

  test.each<[string, Signing]>([
    ['no token', { authorization: '' }],
    ['a key of this Hall', { authorization: 'Bearer wcp_nobody' }],
    ['a key that the Bot Connector does not have', { key: foreign?.privateKey }],
    ['a key that is not endorsed for Teams', { key: unendorsed?.privateKey, kid: 'unendorsed' }],
    ['another issuer', { issuer: 'https://sts.windows.net/x/' }],
    ['another bot as its audience', { audience: 'another' }],
    ['a time that is over', { until: '-10m' }],
  ])('A callback with %s is refused.', async (_, signing) => {
    await open();
    const { approval_id } = await hall.hold();
    const answer = await send(activityOf(valueIn(await card(), 'Approve')), signing);
    expect([answer.statusCode, answer.json().code]).toEqual([401, 'UNAUTHENTICATED']);
    expect(await stateOf(approval_id)).toBe('pending');
  });

  test('A token without a signature, or signed with the public key as a secret, is refused.', async () => {
    await open();
    const body = Buffer.from(
      JSON.stringify({ iss: 'https://api.botframework.com', aud: APP, exp: 4e9 }),
    ).toString('base64url');
    for (const alg of ['none', 'HS256']) {
      const header = Buffer.from(JSON.stringify({ alg, kid: 'good' })).toString('base64url');
      const answer = await send(activityOf('x'), { authorization: `Bearer ${header}.${body}.` });
      expect(answer.statusCode).toBe(401);
    }
  });

  test('Where the keys cannot be read, nobody gets in.', async () => {
    keys = 'x'.repeat(300_000);
    await open();
    expect((await send(activityOf('x'))).statusCode).toBe(401);
  });

  test('No key of this Hall opens the address of the callback.', async () => {
    await open();
    for (const person of EVERYBODY) {
      const { authorization = '' } = hall.authorization(person);
      expect((await send(activityOf('x'), { authorization })).statusCode).toBe(401);
    }
  });

  test.each([
    ['another organisation', { channelData: { tenant: { id: 'another' } } }, 403],
    ['another conversation', { conversation: { id: '19:else@thread.tacv2' } }, 403],
    ['another service than the token is for', { serviceUrl: 'https://elsewhere.example/' }, 403],
    ['a message instead of a click', { type: 'message' }, 400],
    ['an account without an id in Entra', { from: { id: '29:x' } }, 400],
    ['another channel of the Bot Framework', { channelId: 'webchat' }, 400],
  ])('A signed callback from %s is refused.', async (_, more, status) => {
    await open();
    const { approval_id } = await hall.hold();
    const answer = await send(activityOf(valueIn(await card(), 'Approve'), more));
    expect(answer.statusCode).toBe(status);
    expect(await stateOf(approval_id)).toBe('pending');
  });

  test('An account that is nobody here, and a button that was changed, resolve nothing, and whoever clicked is told.', async () => {
    await open();
    const { approval_id } = await hall.hold();
    const value = valueIn(await card(), 'Approve');
    const stranger = await send(activityOf(value, { from: { id: '29:x', aadObjectId: 'somebody' } }));
    expect(stranger.json().value).toContain('not a steward');
    for (const wcp of [`${value}x`, null, 7, { value }]) {
      expect((await send(activityOf(wcp))).json().value).toContain('not made by this Hall');
    }
    expect(await stateOf(approval_id)).toBe('pending');
  });
});

describe('a workflow of Teams', () => {
  test('A card to a workflow links to the page and has no button that resolves: nobody could say who clicked.', async () => {
    await open({
      chats: { page_url: 'https://hall.example', teams: { workflow_url: `${teams.url}workflows/secret` } },
    });
    const { approval_id } = await hall.hold();
    await waitFor('a card', () => teams.to('/workflows/secret').length > 0);
    const [posted] = teams.to('/workflows/secret');
    expect(actionsOf(posted as Called)).toEqual([
      {
        type: 'Action.OpenUrl',
        title: 'Read the request',
        url: `https://hall.example/approvals/${approval_id}`,
      },
    ]);
    expect((await send(activityOf('x'))).statusCode).toBe(404);
  });
});
