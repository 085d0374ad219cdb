import { expect, test } from 'vitest';
import { EVIL, evilHall } from '../support/evil-hall.ts';
import { openPage, stewardAt } from '../support/open-page.ts';
import { formToken, type Response } from '../support/visitor.ts';

/** No part of the text became HTML, and no part of it is hidden. */
function expectText({ text, headers }: Response): void {
  const own = text.replace(/<script nonce="[\w-]+">[\s\S]*?<\/script>/, '');
  expect(own).not.toMatch(/<script|<img|\son[a-z]+="/i);
  expect(own).not.toMatch(/[\u202e\u2066]/);
  expect(own.match(/<\/textarea>/g)?.length).toBe(own.match(/<textarea/g)?.length);
  expect(JSON.stringify(headers)).not.toContain('hacked');
}

test('An attacker’s text stays text in every field, message and link.', async () => {
  const steward = await stewardAt(await openPage(await evilHall()));
  const list = await steward.get('/?resolved=one');
  expectText(list);
  expect(list.text.split('window.hacked=1').length - 1).toBeGreaterThan(40);
  expect(list.text).toContain(`href="/?cursor=${encodeURIComponent(EVIL).replaceAll("'", '&#39;')}"`);
  const form_token = formToken(list.text, '/holds/one');
  for (const fields of [
    { resolution: 'deny', seen_level: 'executor', reason: EVIL },
    { resolution: 'approve', seen_level: 'executor', reason: EVIL, result: EVIL },
    { resolution: EVIL, seen_level: EVIL, result: EVIL, level: EVIL },
  ]) {
    const answer = await steward.post('/holds/one', { form_token, ...fields });
    expect([409, 422]).toContain(answer.status);
    expectText(answer);
  }
  expectText(await steward.get(`/sign-in?token=${encodeURIComponent(EVIL)}`));
  expectText(await steward.get(`/${encodeURIComponent(EVIL)}`));
});

test('An attacker’s text in place of a sign-in token stays text.', async () => {
  const { readWebSettings } = await import('../../src/web/settings.ts');
  const { openApproverPage } = await import('../../src/web/approver-page.ts');
  const settings = readWebSettings(await evilHall());
  if (typeof settings === 'string') throw new Error(settings);
  const page = await openApproverPage(settings, { host: '127.0.0.1', port: 0 });
  const response = await fetch(`${page.url}/sign-in?token=${encodeURIComponent(EVIL)}`);
  const text = await response.text();
  expect(text).toContain('window.hacked');
  expectText({ status: 200, headers: {}, text });
  await page.close();
});
