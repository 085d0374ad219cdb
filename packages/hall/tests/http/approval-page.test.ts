import { createHash } from 'node:crypto';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { APPROVAL_PAGE } from '../../src/http/page/approval-page.ts';
import { scriptOf } from '../../src/http/page/page.ts';
import { type Person, TestHall } from '../support/test-hall.ts';

const SCRIPT = scriptOf(APPROVAL_PAGE);

let hall: TestHall;
beforeEach(async () => {
  hall = await TestHall.open();
});
afterEach(() => hall.close());

/** As much of a browser's element as the page uses. */
class FakeElement {
  textContent = '';
  value = '';
  hidden = false;
  disabled = false;
  children: FakeElement[] = [];
  readonly #listeners = new Map<string, (event: unknown) => unknown>();

  addEventListener(kind: string, listen: (event: unknown) => unknown): void {
    this.#listeners.set(kind, listen);
  }

  replaceChildren(...children: FakeElement[]): void {
    this.children = children;
  }

  async fire(kind: string): Promise<void> {
    await this.#listeners.get(kind)?.({ preventDefault() {} });
  }
}

/** The page of an approval in a browser of sorts, whose requests go to the Hall. */
function openPage(approval_id: string) {
  const elements = new Map<string, FakeElement>();
  const part = (id: string): FakeElement => {
    const element = elements.get(id) ?? new FakeElement();
    elements.set(id, element);
    return element;
  };
  const asked: string[] = [];
  runInNewContext(SCRIPT, {
    TextDecoder,
    location: { pathname: `/approvals/${approval_id}` },
    document: { getElementById: part, createElement: () => new FakeElement() },
    async fetch(
      url: string,
      options: { method: 'GET' | 'POST'; headers: Record<string, string>; body?: string },
    ) {
      asked.push(`${options.method} ${url}`);
      const { method, headers, body } = options;
      const answer = await hall.hall.app.inject({ method, url, headers, ...(body && { payload: body }) });
      return { ok: answer.statusCode < 300, arrayBuffer: async () => answer.rawPayload };
    },
  });
  const signIn = async (person: Person) => {
    part('key').value = hall.keys.get(person) ?? 'wcp_none';
    await part('sign-in').fire('submit');
  };
  return { part, asked, signIn };
}

test('The page is the same for every approval, shows nothing without a key, and runs its own script alone.', async () => {
  const { approval_id } = await hall.hold();
  const page = await hall.hall.app.inject({ url: `/approvals/${approval_id}` });
  const other = await hall.hall.app.inject({ url: '/approvals/none' });
  expect([page.statusCode, page.body]).toEqual([200, other.body]);
  const hash = createHash('sha256').update(SCRIPT).digest('base64');
  expect(page.headers['content-security-policy']).toContain(`script-src 'sha256-${hash}'`);
  expect(page.headers['content-security-policy']).toContain("default-src 'none'");
  expect(page.headers).toMatchObject({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
  expect(page.body.split(/<script>|<\/script>/)[1]).toBe(SCRIPT);
});

test('A steward signs in, reads what was asked for, and approves it; it ran once.', async () => {
  const { approval_id } = await hall.hold('held', { request: { text: 'a\u202eb\u0007<b>' } });
  const page = openPage(approval_id);
  await page.signIn('steward');
  expect(page.part('input').textContent).toContain('a\\u202eb\\u0007<b>');
  expect(page.part('key').value).toBe('');
  expect(page.part('choices').hidden).toBe(false);
  await page.part('approve').fire('click');
  expect(page.part('status').textContent).toBe('This request is approved.');
  expect(hall.delivery.calls).toHaveLength(1);
  await page.part('approve').fire('click');
  expect(hall.delivery.calls).toHaveLength(1);
  expect(page.part('status').textContent).toContain('resolved already');
});

test('A steward denies with a reason, and nothing runs.', async () => {
  const { approval_id } = await hall.hold();
  const page = openPage(approval_id);
  await page.signIn('steward');
  page.part('reason').value = 'not today';
  await page.part('deny').fire('click');
  expect(page.part('status').textContent).toBe('This request is denied.');
  expect((await hall.hall.approval(approval_id))?.history).toMatchObject([
    { action: 'deny', reason: 'not today' },
  ]);
  expect(hall.delivery.calls).toHaveLength(0);
});

test('Neither a wrong key nor the key of whoever asked resolves anything.', async () => {
  const { approval_id } = await hall.hold();
  const page = openPage(approval_id);
  await page.signIn('nobody');
  expect(page.part('status').textContent).toContain('valid key');
  for (const person of ['tenant', 'both'] as const) {
    await page.signIn(person);
    await page.part('approve').fire('click');
  }
  expect((await hall.hall.approval(approval_id))?.state).toBe('pending');
  expect(hall.delivery.calls).toHaveLength(0);
});

test('At the higher supervisor levels the page takes the result of the work, which must be JSON.', async () => {
  const { approval_id } = await hall.hold('executed');
  const page = openPage(approval_id);
  await page.signIn('steward');
  expect(page.part('work').hidden).toBe(false);
  expect(page.part('status').textContent).toContain('wcp approvals approve');
  page.part('result').value = 'done';
  await page.part('approve').fire('click');
  expect(page.part('status').textContent).toContain('must be JSON');
  page.part('result').value = '{"done": true}';
  await page.part('approve').fire('click');
  expect(page.part('status').textContent).toBe('This request is approved.');
  expect(hall.delivery.calls).toHaveLength(0);
});

test('Where two stewards must approve, the page says so, and how many have.', async () => {
  await hall.close();
  hall = await TestHall.open({ approvalDemands: [{ quorum: 2 }] });
  const { approval_id } = await hall.hold();
  const page = openPage(approval_id);
  await page.signIn('steward');
  expect(page.part('facts').children.map(({ textContent }) => textContent)).toContain('2 stewards');
  await page.part('approve').fire('click');
  expect(page.part('status').textContent).toBe('1 of 2 stewards have approved it.');
  expect(hall.delivery.calls).toHaveLength(0);
});
