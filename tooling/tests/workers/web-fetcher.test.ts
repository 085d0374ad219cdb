import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { describeContained, HELD, openWorker } from './support.ts';

/** An address that nobody has. */
const ELSEWHERE = '192.0.2.7';

/** A server on loopback, gone after the test. */
async function serve(listener: RequestListener) {
  const seen: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    seen.push(request.url);
    listener(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { host, url: `http://${host}/`, seen };
}

const page: RequestListener = (_, response) =>
  response.setHeader('content-type', 'text/plain').end('It is lit.');

describeContained('a contained web-fetcher', () => {
  test('It fetches from the host and port of its envelope, and from no other that listens.', async () => {
    const [listed, other] = [await serve(page), await serve(page)];
    const { ask } = await openWorker({
      name: 'web-fetcher',
      // The worker's own rule would let it go anywhere on this machine: what holds it is the envelope.
      settings: { env: { WCP_WEB_FETCH_ALLOW: '127.0.0.1' }, private_hosts: [listed.host] },
      envelope: { egress_allowlist: [listed.host] },
    });
    const { result, outcome_receipt } = await ask({ url: listed.url });
    expect(result?.result).toMatchObject({ status: 200, text: 'It is lit.' });
    expect(outcome_receipt).toMatchObject({
      outcome: { status: 'ok' },
      enforcement: { ...HELD, network_egress: { level: 'enforced', by: 'egress' } },
    });
    // Another port of this machine is one of the sandbox's own loopback, where nobody listens.
    expect((await ask({ url: other.url })).result?.deny_reason).toMatchObject({ code: 'FETCH_UNREACHABLE' });
    expect(other.seen).toEqual([]);
  });

  test('A host outside of its envelope is refused with what to do about it, and the log says it once.', async () => {
    const { ask, said } = await openWorker({
      name: 'web-fetcher',
      settings: { env: { WCP_WEB_FETCH_ALLOW: ELSEWHERE } },
    });
    for (let call = 0; call < 2; call += 1) {
      const { result } = await ask({ url: `http://${ELSEWHERE}/` });
      expect(result?.deny_reason).toMatchObject({
        code: 'FETCH_OUTSIDE_ENVELOPE',
        message: expect.stringContaining('egress_allowlist'),
      });
    }
    expect(said.filter((line) => line.includes(ELSEWHERE))).toEqual([
      `org.wcp-examples.web-fetcher.demo did not reach ${ELSEWHERE}:80. The worker’s egress_allowlist does not name this host and port. If it may, add it to egress_allowlist of its record and enrol that.`,
    ]);
  });

  test('It follows no redirect out of its envelope.', async () => {
    const listed = await serve((_, response) =>
      response.writeHead(302, { location: `http://${ELSEWHERE}/` }).end(),
    );
    const { ask } = await openWorker({
      name: 'web-fetcher',
      settings: { env: { WCP_WEB_FETCH_ALLOW: `127.0.0.1,${ELSEWHERE}` }, private_hosts: [listed.host] },
      envelope: { egress_allowlist: [listed.host] },
    });
    const { result } = await ask({ url: listed.url });
    expect(result?.deny_reason).toMatchObject({ code: 'FETCH_OUTSIDE_ENVELOPE' });
  });

  test('A private address needs the operator as well: listing it in the envelope is not enough.', async () => {
    const listed = await serve(page);
    const { ask, said } = await openWorker({
      name: 'web-fetcher',
      settings: { env: { WCP_WEB_FETCH_ALLOW: '127.0.0.1' } },
      envelope: { egress_allowlist: [listed.host] },
    });
    const { result } = await ask({ url: listed.url });
    expect(result?.deny_reason).toMatchObject({
      code: 'FETCH_OUTSIDE_ENVELOPE',
      message: expect.stringContaining('private_hosts'),
    });
    expect(said.join('\n')).toContain('add the host to private_hosts of the worker in server.json');
  });
});
