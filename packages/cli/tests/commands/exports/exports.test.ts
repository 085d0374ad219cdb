import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openTestHall, type TestHall } from '../../support/test-hall.ts';

/** A SIEM that refuses one receipt. */
class Siem {
  refuses: number | null = 0;
  isAway = false;
  readonly server: Server;
  readonly taken: number[] = [];

  constructor() {
    this.server = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      const positions = (JSON.parse(body) as { sequence: string }[]).map(({ sequence }) => Number(sequence));
      const refusal = positions.some((position) => position === this.refuses) ? 422 : 204;
      const status = this.isAway ? 503 : refusal;
      if (status === 204) this.taken.push(...positions);
      response.writeHead(status).end();
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((ready) => this.server.listen(0, '127.0.0.1', ready));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`;
  }
}

/** A Hall whose SIEM has refused its first receipt for good. */
async function openRefused(): Promise<{ hall: TestHall; siem: Siem }> {
  const siem = new Siem();
  onTestFinished(() => {
    siem.server.closeAllConnections();
    siem.server.close();
  });
  let now = Date.now();
  const hall = await openTestHall({
    now: () => now,
    exports: [{ name: 'siem', form: 'cloudevents', target: { url: await siem.listen(), batch: 1 } }],
  });
  await expect
    .poll(
      async () => {
        now += 1_000_000;
        return (await hall.json('auditor', ['exports', 'list'])).json.items[0];
      },
      { timeout: 60_000, interval: 100 },
    )
    .toMatchObject({ refused: 1, lag: 0 });
  return { hall, siem };
}

describe('receipts that a target refused for good', () => {
  test('are listed, and sent once more by an admin.', async () => {
    const { hall, siem } = await openRefused();
    const listed = await hall.as('auditor', ['exports', 'list']);
    expect(listed).toMatchObject({ code: 0, err: '' });
    expect(listed.out).toMatch(
      /siem +cloudevents +[1-9] +0 +1 +-\nSee what was refused: wcp exports refused siem\n$/,
    );
    const refused = await hall.as('auditor', ['exports', 'refused', 'siem']);
    expect(refused.out).toMatch(/^position +at +reason\n0 +\S+ +HTTP 422\n$/);

    expect(await hall.as('auditor', ['exports', 'retry', 'siem'])).toMatchObject({ code: 2 });
    const again = await hall.json('admin', ['exports', 'retry', 'siem']);
    expect(again).toEqual({
      code: 1,
      json: { sent: [], refused: [{ position: 0, reason: 'HTTP 422' }], failure: null },
    });
    siem.isAway = true;
    expect(await hall.as('admin', ['exports', 'retry', 'siem', '--position', '0'])).toMatchObject({
      code: 1,
      out: '0 receipts were sent.\nThe target failed, and the rest was not tried: HTTP 503\n',
    });
    [siem.isAway, siem.refuses] = [false, null];
    siem.taken.length = 0;
    expect(await hall.as('admin', ['exports', 'retry', 'siem'])).toMatchObject({
      code: 0,
      out: '1 receipt was sent.\n',
    });
    expect(siem.taken).toEqual([0]);
    expect(await hall.as('admin', ['exports', 'retry', 'siem'])).toMatchObject({
      code: 0,
      out: 'No receipt is refused.\n',
    });
    expect((await hall.json('admin', ['exports', 'list'])).json.items[0]).toMatchObject({ refused: 0 });
  });

  test('are found by their names and positions alone.', async () => {
    const { hall } = await openRefused();
    const missing = await hall.as('admin', ['exports', 'retry', 'siem', '--position', '7']);
    expect(missing).toMatchObject({ code: 1, out: '' });
    expect(missing.err).toContain('/positions/0: This position is not among the refused ones.');
    expect(await hall.as('admin', ['exports', 'refused', 'other'])).toMatchObject({ code: 1 });
    expect(await hall.as('admin', ['exports', 'retry', 'siem', '--position', '-1'])).toMatchObject({
      code: 2,
    });
    expect(await hall.as('steward', ['exports', 'list'])).toMatchObject({ code: 2 });
  });
});

test('A Hall without exports says so.', async () => {
  const hall = await openTestHall();
  expect(await hall.as('admin', ['exports', 'list'])).toMatchObject({
    code: 0,
    out: 'This Hall has no exports.\n',
  });
});
