import { beforeEach, describe, expect, test } from 'vitest';
import type { ApproverPage } from '../../src/web/approver-page.ts';
import { openPage, openPageAt, stewardAt } from '../support/open-page.ts';
import { RealHall } from '../support/real-hall.ts';
import { formToken, Visitor } from '../support/visitor.ts';

let hall: RealHall;
let page: ApproverPage;
let steward: Visitor;
let id: string;
beforeEach(async () => {
  hall = await RealHall.open();
  page = await openPage(hall.env);
  steward = await stewardAt(page);
  id = await hall.hold();
});

const stateOf = async () => (await hall.approval(id)).state;
const tokenOf = async (visitor: Visitor, of = id) => formToken((await visitor.get('/')).text, `/holds/${of}`);
const approval = (form_token: string) => ({ form_token, resolution: 'approve', seen_level: 'gatekeeper' });

describe('a forged form', () => {
  test('A missing or wrong token, or one of another hold, action or steward, resolves nothing.', async () => {
    const other = await hall.hold();
    const colleague = await stewardAt(page);
    const { text } = await steward.get('/');
    for (const token of [
      '',
      'x'.repeat(43),
      await tokenOf(steward, other),
      formToken(text, '/sign-out'),
      await tokenOf(colleague),
    ]) {
      expect((await steward.post(`/holds/${id}`, approval(token))).status).toBe(403);
    }
    const { form_token: _, ...without } = approval('');
    expect((await steward.post(`/holds/${id}`, without)).status).toBe(403);
    expect(await stateOf()).toBe('pending');
  });

  test('A form from another origin or of another content type resolves nothing.', async () => {
    const form = approval(await tokenOf(steward));
    for (const headers of [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: page.url.replace(/\d+$/, '1') },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ]) {
      expect((await steward.post(`/holds/${id}`, form, headers)).status).toBe(403);
    }
    for (const type of ['text/plain', 'application/json', 'multipart/form-data; boundary=x']) {
      expect((await steward.post(`/holds/${id}`, form, { 'content-type': type })).status).toBe(415);
    }
    expect(await stateOf()).toBe('pending');
    const own = { origin: page.url, 'sec-fetch-site': 'same-origin' };
    expect((await steward.post(`/holds/${id}`, form, own)).status).toBe(303);
    expect(await stateOf()).toBe('approved');
  });

  test('A link resolves nothing.', async () => {
    const query = new URLSearchParams(approval(await tokenOf(steward)));
    expect((await steward.get(`/holds/${id}?${query}`)).status).toBe(405);
    expect(await stateOf()).toBe('pending');
  });
});

describe('an unknown host name', () => {
  test('No path is served under an unknown host name.', async () => {
    const { port } = new URL(page.url);
    for (const host of [
      'evil.example',
      `evil.example:${port}`,
      '127.0.0.1',
      '127.0.0.1:1',
      `localhost.:${port}`,
    ]) {
      for (const path of ['/', '/sign-in', '/events']) {
        expect((await steward.get(path, { host })).status).toBe(421);
      }
      expect((await steward.post('/webhook', {}, { host })).status).toBe(421);
    }
    for (const host of [`localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`]) {
      expect((await steward.get('/', { host })).status).toBe(200);
    }
  });

  test('The host name of WCP_APPROVER_URL is served, and its cookies need HTTPS.', async () => {
    const behind = await openPageAt({ ...hall.env, WCP_APPROVER_URL: 'https://approver.example' });
    expect(behind.page.url).toBe('https://approver.example');
    const host = { host: 'approver.example' };
    const visitor = new Visitor(behind.listening);
    const { status, headers } = await visitor.get('/sign-in', host);
    expect([status, headers['set-cookie']]).toEqual([
      200,
      [expect.stringMatching(/^__Host-wcp_approver_visit_\d+=.*; HttpOnly; Secure; SameSite=Strict$/)],
    ]);
  });
});

describe('every response', () => {
  const answers = async () => [
    await steward.get('/'),
    await steward.get('/holds'),
    await steward.get(`/holds/${id}/request`),
    await steward.get('/nothing'),
    await steward.get('/sign-in'),
    await steward.post(`/holds/${id}`, approval('')),
    await steward.get('/', { host: 'evil.example' }),
    await new Visitor(page.url).get('/'),
  ];

  test('No response can be framed, stored or sniffed.', async () => {
    for (const { headers } of await answers()) {
      expect(headers).toMatchObject({
        'x-frame-options': 'DENY',
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-store',
        'referrer-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
      });
      expect(headers['content-security-policy']).toMatch(
        /default-src 'none'; base-uri 'none'; frame-ancestors 'none'/,
      );
      expect(headers['content-security-policy']).not.toMatch(/unsafe|\*|https?:|data:/);
    }
  });

  test('A page runs only the script with its nonce, which is new each time.', async () => {
    const nonces = new Set<string>();
    for (let n = 0; n < 3; n += 1) {
      const { headers, text } = await steward.get('/');
      const [, nonce = ''] =
        /script-src 'nonce-([\w-]{43})'/.exec(headers['content-security-policy'] as string) ?? [];
      expect(text.match(/<(?:script|style)[^>]*>/g)).toEqual([
        `<style nonce="${nonce}">`,
        `<script nonce="${nonce}">`,
      ]);
      expect(text).not.toMatch(/\son[a-z]+=|javascript:|\sstyle=/i);
      nonces.add(nonce);
    }
    expect(nonces.size).toBe(3);
    expect((await steward.get('/sign-in')).headers['content-security-policy']).not.toContain('script-src');
    const policy = (await new Visitor(page.url).get('/sign-in')).headers['content-security-policy'];
    expect(policy).toMatch(/script-src 'nonce-[\w-]{43}'/);
    expect(policy).not.toContain('connect-src');
  });

  test('No response contains the key or the address of the Hall.', async () => {
    for (const { text, headers } of await answers()) {
      const all = text + JSON.stringify(headers);
      expect(all).not.toContain(hall.stewardKey);
      expect(all).not.toContain(new URL(hall.url).host);
    }
  });
});

describe('a body', () => {
  test('A body that is too long is not read.', async () => {
    const visitor = new Visitor(page.url);
    const { status } = await visitor.post('/sign-in', { token: 'x'.repeat(20_000) });
    expect(status).toBe(413);
    const token = 'x'.repeat(7 * 1024 * 1024);
    expect((await steward.post(`/holds/${id}`, approval(token))).status).toBe(413);
  });
});

describe('a form that is not UTF-8', () => {
  test.each([
    ['in its bytes', Buffer.from('token=caf\xe9', 'latin1')],
    ['in what it escapes', 'token=caf%E9'],
  ])(
    'A form that is not UTF-8 is refused, because a text that was read in part would be recorded: %s',
    async (_, body) => {
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      const { status } = await new Visitor(page.url).send('POST', '/sign-in', { headers, body });
      expect(status).toBe(400);
    },
  );
});

describe('a path', () => {
  test('No path leads to anything but the Hall’s approvals.', async () => {
    for (const path of [
      '/holds/../request',
      '/holds/..%2fworkers/request',
      '/holds/a%00/request',
      '//evil.example/',
      `/holds/${'x'.repeat(65)}/request`,
    ]) {
      expect((await steward.get(path)).status).toBe(404);
    }
    const { status, text } = await steward.get('/holds/nothing/request');
    expect([status, text.includes('NOT_FOUND')]).toEqual([404, true]);
    for (const query of ['resolved=../workers', 'resolved=nothing', 'cursor=%00&cursor=%ff']) {
      expect((await steward.get(`/?${query}`)).status).toBe(200);
    }
  });

  test('Without a secret there is no webhook.', async () => {
    const headers = { 'content-type': 'application/json' };
    expect((await new Visitor(page.url).send('POST', '/webhook', { headers, body: '{}' })).status).toBe(404);
  });
});
