import { beforeEach, describe, expect, test } from 'vitest';
import { openPage, stewardAt } from '../support/open-page.ts';
import { CAPABILITIES, RealHall } from '../support/real-hall.ts';
import { formToken, type Visitor } from '../support/visitor.ts';

let hall: RealHall;
let steward: Visitor;
beforeEach(async () => {
  hall = await RealHall.open();
  steward = await stewardAt(await openPage(hall.env));
});

/** The text of a page as a reader sees it. */
const textOf = (page: string) =>
  page
    .replace(/<(script|style)[\s\S]*?<\/\1>/g, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ');
async function resolve(id: string, fields: Readonly<Record<string, string>>, level = 'gatekeeper') {
  const { text } = await steward.get('/');
  const form_token = formToken(text, `/holds/${id}`);
  return steward.post(`/holds/${id}`, { form_token, seen_level: level, ...fields });
}

describe('the page', () => {
  test('A hold shows its request, tenant, blast, reasons, supervisor level, time left and worker.', async () => {
    await hall.hold({ blast_score: 40, request: { url: 'https://example.org/', depth: 3 } });
    const text = textOf((await steward.get('/')).text);
    for (const part of [
      'cap.web.fetch',
      'Gatekeeper',
      /14 min 5\d s left/,
      '40 blast score, of 100',
      'The blast score, 40, is above the limit. BLAST_RADIUS_EXCEEDED supervisor level Gatekeeper',
      'The matching rule requires a human. RULE supervisor level Gatekeeper',
      'The rule says: Nobody fetches &lt;b&gt;anything&lt;/b&gt; without a human.',
      'Tenant tenant-a Correlation corr-1',
      'Environment prod Data label RESTRICTED Tenant risk high Class P1',
      'Rule rr_cap_web_fetch Worker org.acme.fetcher.one Envelope declared only: nothing holds the worker to it Species wrk.web.fetcher',
      '&quot;url&quot; : &quot;https://example.org/&quot; , &quot;depth&quot; : 3',
      'If you approve, the worker runs.',
    ]) {
      expect(text).toMatch(part instanceof RegExp ? part : new RegExp(part.replace(/[.()[\]]/g, '\\$&')));
    }
  });

  test('An empty list says so, and a long list has pages.', async () => {
    expect(textOf((await steward.get('/')).text)).toContain('Nothing is waiting.');
    for (let n = 0; n < 21; n += 1) await hall.hold();
    const { text } = await steward.get('/');
    expect(text.split('<article').length - 1).toBe(20);
    const next = /href="(\/\?cursor=[^"]+)"/.exec(text)?.[1] ?? '';
    expect((await steward.get(next)).text.split('<article').length - 1).toBe(1);
  });

  test('The whole request is shown as text, without the tenant’s credential.', async () => {
    const request = { text: `${'long '.repeat(1000)}\u202eend</pre><script>` };
    const id = await hall.hold({ request, tenant_credential: 'the.tenants.own', dry_run: false });
    const list = await steward.get('/');
    expect(list.text).toMatch(/<mark>… \d+ more characters<\/mark>[\s\S]*Cut\./);
    const { status, headers, text } = await steward.get(`/holds/${id}/request`);
    expect([status, headers['content-type']]).toEqual([200, 'text/plain; charset=utf-8']);
    expect(headers['content-security-policy']).toContain('sandbox');
    expect(text).toContain('long \\u202eend</pre><script>');
    expect(list.text + text).not.toContain('the.tenants.own');
  });

  test('The script of an open page gets the holds without style and script.', async () => {
    await hall.hold();
    const { status, text } = await steward.get('/holds');
    expect([status, text.split('<article').length - 1]).toEqual([200, 1]);
    expect(text).not.toMatch(/<style|<script/);
  });

  test('A problem with the Hall is shown instead of holds.', async () => {
    const lost = await stewardAt(await openPage({ ...hall.env, WCP_HALL_KEY: 'wcp_nobody' }));
    const { status, text } = await lost.get('/');
    expect([status, textOf(text).includes('UNAUTHENTICATED')]).toEqual([502, true]);
  });
});

describe('a steward', () => {
  test('An approval runs the worker, and the Hall keeps the reason and the evidence.', async () => {
    const id = await hall.hold();
    const { status, headers } = await resolve(id, { resolution: 'approve', reason: ' two\r\nlines ' });
    expect([status, headers.location]).toEqual([303, `/?resolved=${id}`]);
    expect(hall.ran).toHaveLength(1);
    expect((await hall.approval(id)).history).toMatchObject([{ action: 'approve', reason: 'two\nlines' }]);
    expect(await hall.receiptKinds('corr-1')).toEqual(['decision', 'approval', 'decision', 'outcome']);
    const { text } = await steward.get(headers.location ?? '');
    expect(textOf(text)).toContain('Approved: cap.web.fetch for tenant-a');
    expect(text).not.toContain('<article');
  });

  test('The page says when the worker failed, or when the call is no longer allowed.', async () => {
    const [failing, stale] = [await hall.hold({ request: { fail: true } }), await hall.hold()];
    const failed = await resolve(failing, { resolution: 'approve' });
    const { text } = await steward.get(failed.headers.location ?? '');
    expect(text).toMatch(/class="message bad" role="status"[\s\S]*The worker answered <b>error<\/b>/);
    await hall.hall.reload({ rules: [] });
    const late = await resolve(stale, { resolution: 'approve' });
    expect([late.status, textOf(late.text)]).toEqual([
      409,
      expect.stringMatching(/Not resolved. DENY_[A-Z_]+/),
    ]);
    const seen = textOf((await steward.get(`/?resolved=${stale}`)).text);
    expect(seen).toContain('Denied, because what would run now is not what was approved: cap.web.fetch');
  });

  test('After a denial nothing runs.', async () => {
    const id = await hall.hold();
    await resolve(id, { resolution: 'deny' });
    expect([hall.ran, (await hall.approval(id)).state]).toEqual([[], 'denied']);
  });

  test('A hold is escalated by one supervisor level or to a named one, and then needs a result.', async () => {
    const id = await hall.hold();
    await resolve(id, { resolution: 'escalate', level: 'executor', reason: 'too hot' });
    const page = (await steward.get('/')).text;
    expect(textOf(page)).toMatch(/History Escalated from Gatekeeper by key:\S+ , .* UTC: too hot/);
    expect(page).toContain(`name="result"`);
    await resolve(id, { resolution: 'escalate' }, 'executor');
    const { text } = await steward.get('/');
    expect((await hall.approval(id)).level).toBe('incident_commander');
    expect([
      textOf(text).includes('is frozen until it is released'),
      text.includes('value="escalate"'),
    ]).toEqual([true, false]);
  });

  test.each(['executed', 'incident'] as const)(
    'A steward submits the result of human work (%s).',
    async (kind) => {
      const id = await hall.hold({ capability_id: CAPABILITIES[kind] });
      const level = kind === 'executed' ? 'executor' : 'incident_commander';
      for (const [result, problem] of [
        ['', 'write what you did, as JSON'],
        [' ', 'write what you did, as JSON'],
        ['{done: true}', 'The result is not JSON.'],
        [`${'['.repeat(5_000)}${']'.repeat(5_000)}`, 'The result is not JSON.'],
        ['{"done": true, "done": false}', 'The result is not JSON.'],
      ] as const) {
        const answer = await resolve(id, { resolution: 'approve', result, reason: 'kept <text>' }, level);
        expect([answer.status, textOf(answer.text).includes(problem)]).toEqual([422, true]);
        expect(answer.text).toMatch(
          /name="result"[^>]+aria-invalid="true" aria-describedby="problem-result-/,
        );
        expect(answer.text).toContain('kept &lt;text&gt;</textarea>');
      }
      expect((await resolve(id, { resolution: 'approve', result: '{"by": ["hand"]}' }, level)).status).toBe(
        303,
      );
      expect((await hall.approval(id)).result).toEqual({ by: ['hand'] });
      expect(hall.ran).toEqual([]);
    },
  );

  test('A problem from the Hall is shown with its code, and the form keeps its text.', async () => {
    const id = await hall.hold();
    const fields = { resolution: 'escalate', level: 'gatekeeper', reason: 'my words' };
    const answer = await resolve(id, fields);
    expect([answer.status, textOf(answer.text).includes('Not resolved. CONFLICT')]).toEqual([409, true]);
    expect(answer.text).toContain('my words</textarea>');
    const { text } = await steward.get('/');
    await resolve(id, { resolution: 'deny' });
    const form_token = formToken(text, `/holds/${id}`);
    const late = { form_token, seen_level: 'gatekeeper', resolution: 'approve' };
    expect(textOf((await steward.post(`/holds/${id}`, late)).text)).toContain('APPROVAL_RESOLVED');
  });

  test('A form with unknown values is not sent to the Hall.', async () => {
    const id = await hall.hold();
    for (const fields of [{}, { resolution: 'allow' }, { resolution: 'approve', seen_level: 'king' }]) {
      expect((await resolve(id, fields as Record<string, string>)).status).toBe(422);
    }
    const { status } = await resolve(id, { resolution: 'deny', reason: 'x'.repeat(2001) });
    expect([status, (await hall.approval(id)).state]).toEqual([422, 'pending']);
  });
});
