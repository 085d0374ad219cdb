import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, test } from 'vitest';
import { NO_BROWSER, openBrowser, picture } from './support/browser.ts';
import { EVIL, evilHall } from './support/evil-hall.ts';
import { freePort, openPage, openPageAt, PASSWORD } from './support/open-page.ts';
import { startProgram } from './support/program.ts';
import { CAPABILITIES, RealHall, WEBHOOK_SECRET } from './support/real-hall.ts';
import { Visitor } from './support/visitor.ts';

beforeEach(({ skip }) => {
  if (NO_BROWSER !== null) skip(NO_BROWSER);
});

/** The errors and warnings of a browser, such as a refused script. */
function problemsOf(page: Page): string[] {
  const problems: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('dialog', (dialog) => problems.push(`dialog ${dialog.message()}`));
  return problems;
}

async function signIn(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await picture(page, 'sign-in');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  // The browser works for the attempt first.
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
}

/** The program with a Hall that sends it notices. */
async function startBoth() {
  const port = await freePort();
  const hall = await RealHall.open({
    webhooks: [{ url: `http://127.0.0.1:${port}/webhook`, secret: WEBHOOK_SECRET }],
  });
  const program = await startProgram([String(port)], { ...hall.env, WCP_WEBHOOK_SECRET: WEBHOOK_SECRET });
  return { hall, program, link: /http\S+/.exec(program.stderr)?.[0] ?? '' };
}

test('A steward whose address somebody else uses up signs in with the password all the same.', async () => {
  const { url } = await openPage({ WCP_HALL_URL: 'http://127.0.0.1:9', WCP_HALL_KEY: 'wcp_nobody' });
  const attacker = new Visitor(url);
  for (let n = 0; n < 20; n += 1) await attacker.signIn(`wrong ${n}`);
  const page = await (await openBrowser()).newPage();
  const problems = problemsOf(page);
  await signIn(page, url);
  expect(problems.filter((problem) => !problem.includes('502'))).toEqual([]);
});

describe('a steward in a browser', () => {
  test('A steward signs in by the link, reads the holds, approves one and denies another.', async () => {
    const { hall, link } = await startBoth();
    const page = await (await openBrowser()).newPage();
    const problems = problemsOf(page);
    const request = { url: 'https://example.org/', note: EVIL, tags: ['a', 1, null, { deep: true }] };
    const approved = await hall.hold({ blast_score: 40, request });
    const denied = await hall.hold({ capability_id: CAPABILITIES.executed });

    await page.goto(link);
    await page.getByRole('button', { name: 'Sign in' }).click();
    const card = page.getByRole('article', { name: 'cap.web.fetch' });
    await card.getByText('The blast score, 40, is above the limit.').waitFor();
    expect(await card.getByRole('timer').textContent()).toMatch(/^14 min [45]\d s$/);
    for (const text of [
      'tenant-a',
      'corr-1',
      'RESTRICTED',
      'prod',
      'org.acme.fetcher.one',
      'rr_cap_web_fetch',
    ]) {
      expect(await card.getByText(text, { exact: true }).count()).toBe(1);
    }
    // The worker runs in the process of the Hall: nothing holds it to its envelope, and the page says so.
    const envelope = card.locator('dt', { hasText: 'Envelope' }).locator('xpath=following-sibling::dd');
    expect(await envelope.textContent()).toBe('declared only: nothing holds the worker to it');
    expect(await envelope.locator('.hot').count()).toBe(1);
    expect(await card.getByRole('region', { name: 'Request' }).textContent()).toContain(
      '<img src=x onerror=',
    );
    expect(await page.evaluate('window.hacked')).toBeUndefined();
    expect(await page.locator('article img, article script').count()).toBe(0);
    await picture(page, 'holds-light');

    await card.getByLabel('Reason').fill('Looked at it.');
    await card.getByRole('button', { name: 'Approve' }).click();
    await page.getByText('Approved: cap.web.fetch for tenant-a.').waitFor();
    expect(await page.getByRole('article', { name: 'cap.web.fetch' }).count()).toBe(0);
    await page.getByText('Result', { exact: true }).click();
    await picture(page, 'approved');
    expect(hall.ran).toEqual([request]);
    expect((await hall.approval(approved)).history).toMatchObject([
      { action: 'approve', reason: 'Looked at it.' },
    ]);
    expect(await hall.receiptKinds('corr-1')).toEqual(['decision', 'approval', 'decision', 'outcome']);

    await page.getByRole('article', { name: 'cap.ml.embed' }).getByRole('button', { name: 'Deny' }).click();
    await page.getByText('Nothing is waiting.').waitFor();
    expect((await hall.approval(denied)).state).toBe('denied');
    expect([hall.ran.length, problems]).toEqual([1, []]);
  });

  test('A new hold appears by a notice of the Hall, and text being written stays.', async () => {
    const { hall, link } = await startBoth();
    const first = await hall.hold();
    const page = await (await openBrowser()).newPage();
    const problems = problemsOf(page);
    await page.goto(link);
    await page.getByRole('button', { name: 'Sign in' }).click();
    const reason = page.getByRole('article').getByLabel('Reason');
    await reason.fill('half a sentence');
    const loads: string[] = [];
    page.on('framenavigated', (frame) => loads.push(frame.url()));

    await hall.hold({ capability_id: CAPABILITIES.incident });
    await page.getByRole('article', { name: 'cap.research.register' }).waitFor({ timeout: 20_000 });
    expect(await page.getByRole('status').first().textContent()).toBe('1 new hold.');
    expect(await page.title()).toBe('(2) Human approver');
    expect(await reason.first().inputValue()).toBe('half a sentence');
    expect(await page.evaluate('document.activeElement.name')).toBe('reason');

    await hall.resolve(first, { resolution: 'escalate' });
    await page.getByText('Escalated from Gatekeeper').waitFor({ timeout: 20_000 });
    expect(await reason.first().inputValue()).toBe('half a sentence');
    await page.getByLabel('Result').first().waitFor();
    expect(await page.evaluate('document.activeElement.name')).toBe('reason');

    await hall.resolve(first, { resolution: 'deny' });
    await page.getByText('Resolved elsewhere.').waitFor({ timeout: 20_000 });
    expect(await page.getByRole('article').first().getByRole('button', { name: 'Deny' }).isDisabled()).toBe(
      true,
    );
    await picture(page, 'kept-up');
    expect([loads, problems]).toEqual([[], []]);
  });

  test('A steward can do everything with the keyboard, including a result as JSON.', async () => {
    const hall = await RealHall.open();
    const id = await hall.hold({ capability_id: CAPABILITIES.executed });
    const page = await (await openBrowser({ width: 400, colorScheme: 'dark' })).newPage();
    await signIn(page, (await openPage(hall.env)).url);
    await page.getByRole('article').waitFor();
    await picture(page, 'executor-phone-dark');
    const press = async (key: string, until: string) => {
      for (let n = 0; n < 30; n += 1) {
        await page.keyboard.press(key);
        if (await page.evaluate(until)) return;
      }
      throw new Error(`never came to ${until}`);
    };
    const isAt = (part: string) => `document.activeElement.matches(${JSON.stringify(part)})`;
    await press('Tab', isAt('.skip'));
    await page.keyboard.press('Enter');
    await press('Tab', isAt('[name=result]'));
    await page.keyboard.type('{done}');
    await press('Tab', isAt('[value=approve]'));
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('The result is not JSON.').waitFor();
    expect(await page.evaluate(isAt('[name=result][aria-invalid=true]'))).toBe(true);
    await picture(page, 'wrong-result-phone-dark');
    await page.keyboard.press('Control+A');
    await page.keyboard.type('{"done": true}');
    await press('Tab', isAt('[value=approve]'));
    await page.keyboard.press('Enter');
    await page.getByText('Nothing is waiting.').waitFor();
    expect((await hall.approval(id)).result).toEqual({ done: true });
  });

  test('An expired hold cannot be resolved.', async () => {
    const hall = await RealHall.open();
    await hall.hold();
    const ahead = await openPageAt(hall.env, () => Date.now() + 898_000);
    const page = await (await openBrowser()).newPage();
    await signIn(page, ahead.page.url);
    await page.getByText('Expired: this counts as denied.').waitFor();
    expect(await page.getByRole('button', { name: 'Approve' }).isDisabled()).toBe(true);
  });
});

describe('an attacker in a browser', () => {
  test('An attacker’s text in any field runs nothing.', async () => {
    const url = (await openPage(await evilHall())).url;
    const page = await (await openBrowser()).newPage();
    const problems = problemsOf(page);
    await signIn(page, url);
    await page.goto(`${url}/?resolved=one`);
    await page.getByRole('article').waitFor();
    await picture(page, 'evil');
    await page.getByRole('button', { name: 'Deny' }).click();
    await page.getByText('Not resolved.').waitFor();
    expect(await page.evaluate('window.hacked')).toBeUndefined();
    expect(await page.locator('img, main script, main style').count()).toBe(0);
    expect(problems.filter((text) => !text.includes('409'))).toEqual([]);
  });

  test('An attacker cannot frame the page, send its forms or use another host name.', async () => {
    const hall = await RealHall.open();
    const id = await hall.hold();
    const { page: own } = await openPageAt(hall.env);
    const context = await openBrowser();
    const page = await context.newPage();
    await signIn(page, own.url);
    await page.getByRole('article').waitFor();
    const body = `<iframe name="f" src="${own.url}/"></iframe>
<form method="post" action="${own.url}/holds/${id}"><input name="resolution" value="approve">
<input name="seen_level" value="gatekeeper"><input name="form_token" value="x"></form>`;
    // To another site a browser sends no cookie; to another port of the same host it does.
    for (const [place, answer] of [
      ['http://evil.example', 'Signed out'],
      ['http://127.0.0.1:1234', 'Form not accepted'],
    ] as const) {
      const attack = await context.newPage();
      await attack.route(`${place}/attack`, (route) => route.fulfill({ contentType: 'text/html', body }));
      await attack.goto(`${place}/attack`);
      const frame = attack.frame('f');
      expect(frame).not.toBeNull();
      expect(
        await frame?.evaluate('document.querySelector("article, form, h1")?.outerHTML ?? ""'),
      ).not.toMatch(/hold|sign/i);
      await attack.evaluate('document.forms[0].submit()');
      await attack.getByRole('heading', { name: answer }).waitFor();
    }
    expect((await hall.approval(id)).state).toBe('pending');
  });
});
