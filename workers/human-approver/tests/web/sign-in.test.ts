import { describe, expect, onTestFinished, test } from 'vitest';
import { Authenticator } from '../../src/web/access/authenticator.ts';
import { openApproverPage } from '../../src/web/approver-page.ts';
import { readWebSettings, type WebSettings } from '../../src/web/settings.ts';
import { openPage, PASSWORD, stewardAt } from '../support/open-page.ts';
import { formToken, proofFor, Visitor } from '../support/visitor.ts';

/** Fails that often. */
async function failAs(visitor: Visitor, times: number): Promise<void> {
  for (let n = 0; n < times; n += 1) await visitor.signIn(`wrong ${n}`);
}

/** The status of the right password from an address whose attempts before it, of that many in all, were wrong. */
async function signInFrom(url: string, headers: Record<string, string>, attempts: number): Promise<number> {
  const visitor = new Visitor(url);
  let status = 0;
  for (let n = 1; n <= attempts; n += 1) {
    const { text } = await visitor.get('/sign-in');
    const fields = { form_token: formToken(text, '/sign-in'), token: n < attempts ? 'wrong' : PASSWORD };
    ({ status } = await visitor.post('/sign-in', fields, headers));
  }
  return status;
}

const HALL = { WCP_HALL_URL: 'http://127.0.0.1:9', WCP_HALL_KEY: 'wcp_nobody' };

describe('with a password', () => {
  test('Nothing is shown or done before sign-in.', async () => {
    const page = await openPage(HALL);
    const visitor = new Visitor(page.url);
    for (const path of ['/', '/holds', '/events', '/holds/one/request']) {
      const { status, headers, text } = await visitor.get(path);
      expect([status, headers.location, text]).toEqual([303, '/sign-in', '']);
    }
    expect((await visitor.post('/holds/one', { resolution: 'approve' })).status).toBe(401);
    expect((await visitor.post('/sign-out', {})).status).toBe(401);
  });

  test('The password signs in, with a cookie that scripts cannot read and other sites cannot send.', async () => {
    const page = await openPage(HALL);
    const visitor = new Visitor(page.url);
    const { status, headers } = await visitor.signIn(PASSWORD);
    expect([status, headers.location]).toEqual([303, '/']);
    const [cookie] = headers['set-cookie'] ?? [];
    expect(cookie).toMatch(/^wcp_approver_\d+=[\w-]{43}; Max-Age=28800; Path=\/; HttpOnly; SameSite=Strict$/);
    expect((await visitor.get('/')).status).toBe(502);
  });

  test('A session ends after eight hours and after signing out.', async () => {
    let now = Date.now();
    const page = await openPage(HALL, () => now);
    const steward = await stewardAt(page);
    const stolen = new Visitor(page.url);
    for (const [name, value] of steward.cookies) stolen.cookies.set(name, value);
    const { text } = await steward.get('/');
    await steward.post('/sign-out', { form_token: formToken(text, '/sign-out') });
    expect((await stolen.get('/')).status).toBe(303);
    const other = await stewardAt(page);
    now += 8 * 3600 * 1000;
    expect((await other.get('/')).status).toBe(303);
  });

  test('After five wrong passwords an address waits twice as long before each further attempt.', async () => {
    let now = Date.now();
    const page = await openPage(HALL, () => now);
    const visitor = new Visitor(page.url);
    await failAs(visitor, 5);
    const waits: (string | undefined)[] = [];
    for (let n = 0; n < 12; n += 1) {
      const { status, headers } = await visitor.signIn(PASSWORD);
      expect(status).toBe(429);
      waits.push(headers['retry-after']);
      now += Number(headers['retry-after']) * 1000;
      expect((await visitor.signIn('wrong')).status).toBe(403);
    }
    const doubled = Array.from({ length: 12 }, (_, n) => String(Math.min(900, 2 ** n)));
    expect(waits).toEqual(doubled);
    now += 900_000;
    expect((await visitor.signIn(PASSWORD)).status).toBe(303);
  });

  test('Without scripts the right password waits behind the failures of others at its address, and no longer than it is told.', async () => {
    let now = Date.now();
    const page = await openPage(HALL, () => now);
    await failAs(new Visitor(page.url), 5);
    const steward = new Visitor(page.url);
    const { status, headers, text } = await steward.signIn(PASSWORD);
    expect([status, text.includes(`Without scripts, try again in ${headers['retry-after']} s.`)]).toEqual([
      429,
      true,
    ]);
    now += Number(headers['retry-after']) * 1000;
    expect((await steward.signIn(PASSWORD)).status).toBe(303);
  });

  test('Nobody else at the same address keeps out a browser that signed in before.', async () => {
    const page = await openPage(HALL);
    const steward = await stewardAt(page);
    await failAs(new Visitor(page.url), 9);
    expect((await new Visitor(page.url).signIn(PASSWORD)).status).toBe(429);
    expect((await steward.signIn(PASSWORD)).status).toBe(303);
  });

  test('The cookie of such a browser is no password, and one that this page did not make is ignored.', async () => {
    const page = await openPage(HALL);
    const steward = await stewardAt(page);
    const [device = ''] = [...steward.cookies.keys()].filter((name) => name.includes('device'));
    const thief = new Visitor(page.url);
    thief.cookies.set(device, steward.cookies.get(device) ?? '');
    expect((await thief.get('/')).headers.location).toBe('/sign-in');
    await failAs(thief, 5);
    expect((await thief.signIn(PASSWORD)).status).toBe(429);
    const forger = new Visitor(page.url);
    for (let n = 0; n < 5; n += 1) {
      forger.cookies.set(device, Buffer.alloc(32, n).toString('base64url'));
      expect((await forger.signIn('wrong')).status).toBe(403);
    }
    forger.cookies.set(device, Buffer.alloc(32, 9).toString('base64url'));
    expect((await forger.signIn('wrong')).status).toBe(429);
  });

  test('Behind the proxy that the operator names, each address is counted by itself; a visitor cannot choose its own.', async () => {
    const page = await openPage({ ...HALL, WCP_APPROVER_PROXY: '127.0.0.1' });
    const from = (address: string) => ({ 'x-forwarded-for': `198.51.100.1, ${address}` });
    expect(await signInFrom(page.url, from('192.0.2.7'), 6)).toBe(429);
    expect(await signInFrom(page.url, from('192.0.2.8'), 1)).toBe(303);
    expect(await signInFrom(page.url, from('2001:db8:1:2::1'), 6)).toBe(429);
    expect(await signInFrom(page.url, from('2001:db8:1:2:ffff::9'), 1)).toBe(429);
    const direct = await openPage(HALL);
    expect(await signInFrom(direct.url, from('192.0.2.7'), 6)).toBe(429);
    expect(await signInFrom(direct.url, from('192.0.2.8'), 1)).toBe(429);
  });

  test('The right password never waits behind the failures of others at its address: a browser works for it instead.', async () => {
    const page = await openPage(HALL);
    await failAs(new Visitor(page.url), 20);
    const steward = new Visitor(page.url);
    expect((await steward.signInWithProof(PASSWORD)).status).toBe(303);
    expect((await steward.get('/')).status).toBe(502);
  });

  test('A browser that was told to wait signs in with its next attempt, from the form that it got then.', async () => {
    const page = await openPage(HALL);
    await failAs(new Visitor(page.url), 9);
    const visitor = new Visitor(page.url);
    const refused = await visitor.signIn(PASSWORD);
    expect([refused.status, refused.text.includes('Enter the password once more')]).toEqual([429, true]);
    expect((await visitor.sendProof(refused.text, PASSWORD)).status).toBe(303);
  });

  test('Work for one attempt is none for another password, another visitor or a token of old.', async () => {
    const page = await openPage(HALL);
    const attacker = new Visitor(page.url);
    await failAs(attacker, 9);
    const { text } = await attacker.get('/sign-in');
    const proof = await proofFor(text, 'wrong');
    const form_token = formToken(text, '/sign-in');
    expect((await attacker.post('/sign-in', { form_token, token: 'wrong', proof })).status).toBe(403);
    for (const tried of ['wrong 2', PASSWORD]) {
      expect((await attacker.post('/sign-in', { form_token, token: tried, proof })).status).toBe(429);
    }
    const other = new Visitor(page.url);
    const own = formToken((await other.get('/sign-in')).text, '/sign-in');
    expect((await other.post('/sign-in', { form_token: own, token: 'wrong', proof })).status).toBe(429);
  });

  test.each(['', '0'.repeat(128), 'f'.repeat(127), `${'0'.repeat(127)}g`, '0'.repeat(1000)])(
    'What is no proof (%j) changes nothing.',
    async (proof) => {
      const page = await openPage(HALL);
      const visitor = new Visitor(page.url);
      await failAs(visitor, 5);
      const form_token = formToken((await visitor.get('/sign-in')).text, '/sign-in');
      expect((await visitor.post('/sign-in', { form_token, token: PASSWORD, proof })).status).toBe(429);
    },
  );

  test('A wrong password with a proof counts as a failure like any other.', () => {
    const authenticator = new Authenticator(PASSWORD, () => 0);
    const origin = { address: '192.0.2.1', device: null };
    for (let n = 0; n < 5; n += 1) expect(authenticator.signIn('wrong', origin, true).kind).toBe('wrong');
    expect(authenticator.signIn(PASSWORD, origin, false).kind).toBe('too-soon');
    expect(authenticator.signIn(PASSWORD, origin, true).kind).toBe('accepted');
  });

  test('A browser that signed in before works only once its own attempts failed too often.', async () => {
    const page = await openPage(HALL);
    const steward = await stewardAt(page);
    const asked = async () => (await steward.get('/sign-in')).text.includes('data-puzzles');
    expect(await asked()).toBe(false);
    await failAs(steward, 5);
    expect(await asked()).toBe(true);
    expect((await steward.signInWithProof(PASSWORD)).status).toBe(303);
  });

  test('While many addresses fail, each has one free attempt, and one that never failed never waits.', () => {
    const authenticator = new Authenticator(PASSWORD, () => 0);
    const attempt = (address: string, secret: string) =>
      authenticator.signIn(secret, { address, device: null }, false).kind;
    for (let n = 0; n < 50; n += 1) expect(attempt(`192.0.2.${n}`, 'wrong')).toBe('wrong');
    expect(attempt('192.0.2.1', PASSWORD)).toBe('too-soon');
    expect(attempt('198.51.100.1', PASSWORD)).toBe('accepted');
  });

  test('The sign-in form must come from this page, for this visitor.', async () => {
    const page = await openPage(HALL);
    const [visitor, other] = [new Visitor(page.url), new Visitor(page.url)];
    await visitor.get('/sign-in');
    const token = formToken((await other.get('/sign-in')).text, '/sign-in');
    for (const fields of [{ token: PASSWORD }, { token: PASSWORD, form_token: token }]) {
      expect((await visitor.post('/sign-in', fields)).status).toBe(403);
    }
  });

  test('A password in a link is ignored, because links end up in logs and histories.', async () => {
    const page = await openPage(HALL);
    expect(page.signInUrl).toBeNull();
    const { text } = await new Visitor(page.url).get(`/sign-in?token=${encodeURIComponent(PASSWORD)}`);
    expect(text).not.toContain(PASSWORD);
  });
});

describe('without a password', () => {
  test('A link signs in once, and opening it does not use it up.', async () => {
    const settings = readWebSettings(HALL) as WebSettings;
    const page = await openApproverPage(settings, { host: '127.0.0.1', port: 0 });
    const link = new URL(page.signInUrl ?? '');
    const visitor = new Visitor(page.url);
    await visitor.get(`${link.pathname}${link.search}`);
    const { text } = await visitor.get(`${link.pathname}${link.search}`);
    const token = link.searchParams.get('token') ?? '';
    expect(text).toContain(`name="token" value="${token}"`);
    expect((await visitor.signIn(token)).status).toBe(303);
    const second = await new Visitor(page.url).signIn(token);
    expect([second.status, second.text.includes('already used')]).toEqual([403, true]);
    await page.close();
  });

  test('Nobody else’s failures keep a link from working: nobody can guess it, so nothing is counted.', async () => {
    const settings = readWebSettings(HALL) as WebSettings;
    const page = await openApproverPage(settings, { host: '127.0.0.1', port: 0 });
    onTestFinished(() => page.close());
    const attacker = new Visitor(page.url);
    await failAs(attacker, 20);
    expect((await attacker.get('/sign-in')).text).not.toContain('<script');
    const token = new URL(page.signInUrl ?? '').searchParams.get('token') ?? '';
    expect((await new Visitor(page.url).signIn(token)).status).toBe(303);
  });
});

describe('readWebSettings', () => {
  test.each([
    [{}, /WCP_HALL_URL/],
    [{ ...HALL, WCP_APPROVER_TOKEN: 'short' }, /WCP_APPROVER_TOKEN/],
    [{ ...HALL, WCP_WEBHOOK_SECRET: 'whsec_' }, /WCP_WEBHOOK_SECRET/],
    [{ ...HALL, WCP_WEBHOOK_SECRET: 'whsec_*' }, /WCP_WEBHOOK_SECRET/],
    [{ ...HALL, WCP_APPROVER_URL: 'https://approver.example/path' }, /WCP_APPROVER_URL/],
    [{ ...HALL, WCP_APPROVER_URL: 'approver.example' }, /WCP_APPROVER_URL/],
    [{ ...HALL, WCP_APPROVER_PROXY: 'proxy.example' }, /WCP_APPROVER_PROXY/],
  ])('The environment %j is refused with a sentence about the setting.', (env, sentence) => {
    expect(readWebSettings(env)).toMatch(sentence);
  });
});
