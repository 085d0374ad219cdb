import { describe, expect, test } from 'vitest';
import { openApproverPage } from '../../src/web/approver-page.ts';
import { readWebSettings, type WebSettings } from '../../src/web/settings.ts';
import { openPage, PASSWORD, stewardAt } from '../support/open-page.ts';
import { formToken, Visitor } from '../support/visitor.ts';

const HALL = { WCP_HALL_URL: 'http://127.0.0.1:9', WCP_HALL_KEY: 'wcp_nobody' };

describe('with a password', () => {
  test('nothing is shown or done before sign-in', async () => {
    const page = await openPage(HALL);
    const visitor = new Visitor(page.url);
    for (const path of ['/', '/holds', '/events', '/holds/one/request']) {
      const { status, headers, text } = await visitor.get(path);
      expect([status, headers.location, text]).toEqual([303, '/sign-in', '']);
    }
    expect((await visitor.post('/holds/one', { resolution: 'approve' })).status).toBe(401);
    expect((await visitor.post('/sign-out', {})).status).toBe(401);
  });

  test('the password signs in, with a cookie that scripts cannot read and other sites cannot send', async () => {
    const page = await openPage(HALL);
    const visitor = new Visitor(page.url);
    const { status, headers } = await visitor.signIn(PASSWORD);
    expect([status, headers.location]).toEqual([303, '/']);
    const [cookie] = headers['set-cookie'] ?? [];
    expect(cookie).toMatch(/^wcp_approver_\d+=[\w-]{43}; Max-Age=28800; Path=\/; HttpOnly; SameSite=Strict$/);
    expect((await visitor.get('/')).status).toBe(502);
  });

  test('a session ends after eight hours and after signing out', async () => {
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

  test('five wrong passwords block an address for 15 minutes', async () => {
    let now = Date.now();
    const page = await openPage(HALL, () => now);
    const visitor = new Visitor(page.url);
    const statuses: number[] = [];
    for (let n = 0; n < 6; n += 1) statuses.push((await visitor.signIn(`wrong ${n}`)).status);
    expect(statuses).toEqual([403, 403, 403, 403, 403, 429]);
    expect((await visitor.signIn(PASSWORD)).status).toBe(429);
    now += 15 * 60_000;
    expect((await visitor.signIn(PASSWORD)).status).toBe(303);
  });

  test('the sign-in form must come from this page, for this visitor', async () => {
    const page = await openPage(HALL);
    const [visitor, other] = [new Visitor(page.url), new Visitor(page.url)];
    await visitor.get('/sign-in');
    const token = formToken((await other.get('/sign-in')).text, '/sign-in');
    for (const fields of [{ token: PASSWORD }, { token: PASSWORD, form_token: token }]) {
      expect((await visitor.post('/sign-in', fields)).status).toBe(403);
    }
  });

  test('a password in a link is ignored, because links end up in logs and histories', async () => {
    const page = await openPage(HALL);
    expect(page.signInUrl).toBeNull();
    const { text } = await new Visitor(page.url).get(`/sign-in?token=${encodeURIComponent(PASSWORD)}`);
    expect(text).not.toContain(PASSWORD);
  });
});

describe('without a password', () => {
  test('a link signs in once, and opening it does not use it up', async () => {
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
});

describe('readWebSettings', () => {
  test.each([
    [{}, /WCP_HALL_URL/],
    [{ ...HALL, WCP_APPROVER_TOKEN: 'short' }, /WCP_APPROVER_TOKEN/],
    [{ ...HALL, WCP_WEBHOOK_SECRET: 'whsec_' }, /WCP_WEBHOOK_SECRET/],
    [{ ...HALL, WCP_WEBHOOK_SECRET: 'whsec_*' }, /WCP_WEBHOOK_SECRET/],
    [{ ...HALL, WCP_APPROVER_URL: 'https://approver.example/path' }, /WCP_APPROVER_URL/],
    [{ ...HALL, WCP_APPROVER_URL: 'approver.example' }, /WCP_APPROVER_URL/],
  ])('the environment %j is refused with a sentence about the setting', (env, sentence) => {
    expect(readWebSettings(env)).toMatch(sentence);
  });
});
