import type { OutgoingHttpHeaders } from 'node:http';
import { Webhook } from 'standardwebhooks';
import { beforeEach, expect, test } from 'vitest';
import type { ApproverPage } from '../../src/web/approver-page.ts';
import { openPage, stewardAt } from '../support/open-page.ts';
import { WEBHOOK_SECRET } from '../support/real-hall.ts';
import { Visitor } from '../support/visitor.ts';

const webhook = new Webhook(WEBHOOK_SECRET);
const NOTICE = JSON.stringify({ type: 'wcp.approval.pending', data: {} });

let page: ApproverPage;
let now: number;
beforeEach(async () => {
  now = Date.now();
  page = await openPage(
    { WCP_HALL_URL: 'http://127.0.0.1:9', WCP_HALL_KEY: 'wcp_nobody', WCP_WEBHOOK_SECRET: WEBHOOK_SECRET },
    () => now,
  );
});

const signed = (id: string, late_s = 0, body = NOTICE, by = webhook): OutgoingHttpHeaders => {
  const at = new Date(Date.now() + late_s * 1000);
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': by.sign(id, at, body),
  };
};
const send = async (headers: OutgoingHttpHeaders, body = NOTICE) =>
  (await new Visitor(page.url).send('POST', '/webhook', { headers, body })).status;

/** How often an open page was made to refresh. */
async function refreshes(during: () => Promise<unknown>): Promise<number> {
  const stream = await (await stewardAt(page)).listen();
  expect(stream.headers['content-type']).toBe('text/event-stream');
  await during();
  const [text] = await Promise.all([stream.text(), page.close()]);
  return text.split('event: refresh').length - 1;
}

test('A notice that the Hall signed makes open pages refresh.', async () => {
  expect(await refreshes(async () => expect(await send(signed('one'))).toBe(204))).toBe(1);
});

test('A replayed notice is refused, and one that the Hall signed again later is accepted without a refresh.', async () => {
  const first = signed('one', 1);
  const calls = await refreshes(async () => {
    const statuses = [await send(first), await send(first)];
    statuses.push(await send({ ...first, 'webhook-timestamp': `${first['webhook-timestamp']}.0` }));
    statuses.push(await send(signed('one', 0)), await send(signed('one', 3)), await send(signed('one', 2)));
    expect(statuses).toEqual([204, 409, 409, 409, 204, 409]);
  });
  expect(calls).toBe(1);
});

test('A notice older than the process is refused.', async () => {
  expect(await send(signed('one', -2))).toBe(409);
});

test('A notice without a valid and current signature of the Hall is refused.', async () => {
  const other = new Webhook(`whsec_${Buffer.from('another secret').toString('base64')}`);
  const { 'webhook-signature': _, ...unsigned } = signed('one');
  const late = Math.floor(Date.now() / 1000) - 301;
  for (const headers of [
    { 'content-type': 'application/json' },
    unsigned,
    signed('one', 0, NOTICE, other),
    signed('one', 0, `${NOTICE} `),
    signed('one', -301),
    signed('one', 302),
    { ...signed('one'), 'webhook-id': 'two' },
    { ...signed('one'), 'webhook-timestamp': String(late) },
    { ...signed('one'), 'webhook-timestamp': 'soon' },
    { ...signed('one'), 'webhook-signature': 'v1,' },
    { ...signed('one'), 'webhook-signature': 'v1' },
    { ...signed('one'), 'webhook-signature': `v2,${String(signed('one')['webhook-signature']).slice(3)}` },
    // The same signed text, divided in another way.
    signed('one.2'),
  ]) {
    expect(await send(headers)).toBe(401);
  }
});

test('A signed body that is not a notice is refused.', async () => {
  for (const body of ['', 'no JSON', 'null', '7', '{"type":7}', '{"type":"other"}']) {
    expect(await send(signed('one', 0, body), body)).toBe(400);
  }
  expect(await send({ ...signed('one'), 'content-type': 'text/plain' })).toBe(415);
  const long = 'x'.repeat(300_000);
  expect(await send(signed('one', 0, long), long)).toBe(413);
});

test('A notice is forgotten once it is too old to be replayed.', async () => {
  expect(await send(signed('one'))).toBe(204);
  now += 302_000;
  expect(await send(signed('two', 1))).toBe(204);
  expect(await send(signed('one', 2))).toBe(204);
});
