import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { openPage, stewardAt } from '../support/open-page.ts';
import { RealHall } from '../support/real-hall.ts';

/** A Hall with one hold, whose worker is contained as the test says: in front of a real one. */
async function hallWith(containment: unknown) {
  const hall = await RealHall.open();
  await hall.hold();
  const front = createServer(async (request, response) => {
    const { authorization = '' } = request.headers;
    const answer = await fetch(hall.url + request.url, { headers: { authorization } });
    const body = (await answer.json()) as { items?: object[] };
    if (request.url?.startsWith('/wcp/approvals/pending') === true) {
      body.items = body.items?.map((item) => ({ ...item, containment })) ?? [];
    }
    const type = answer.headers.get('content-type') ?? '';
    response.writeHead(answer.status, { 'content-type': type }).end(JSON.stringify(body));
  });
  await new Promise<void>((ready) => front.listen(0, '127.0.0.1', ready));
  onTestFinished(() => {
    front.closeAllConnections();
    front.close();
  });
  const { port } = front.address() as AddressInfo;
  return { ...hall.env, WCP_HALL_URL: `http://127.0.0.1:${port}` };
}

/** The elements that follow the term "Envelope" in the page: their text, and whether it is marked. */
function envelopeIn(page: string): { readonly text: string; readonly isMarked: boolean }[] {
  const found = page.matchAll(/<dt>Envelope<\/dt><dd><bdi class="([^"]*)">([^<]*)<\/bdi><\/dd>/g);
  return [...found].map(([, style, text = '']) => ({ text, isMarked: style === 'hot' }));
}

test.each([
  ['contained', 'contained: this Hall holds the worker to it', false],
  ['declared', 'declared only: nothing holds the worker to it', true],
  ['not_contained', 'not contained: this machine cannot hold the worker to it', true],
])('A steward sees what holds the worker to its envelope: %s.', async (state, text, isMarked) => {
  const steward = await stewardAt(
    await openPage(await hallWith({ state, enforcement: null, message: null })),
  );
  expect(envelopeIn((await steward.get('/')).text)).toEqual([{ text, isMarked }]);
});

test('Where the Hall does not know what holds a worker, the page says nothing of it.', async () => {
  const steward = await stewardAt(await openPage(await hallWith(null)));
  const { text } = await steward.get('/');
  expect(text).toContain('<dt>Worker</dt>');
  expect(envelopeIn(text)).toEqual([]);
});
