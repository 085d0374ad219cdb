import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import { wcp } from '../support/support.ts';
import { openTestHall } from '../support/test-hall.ts';

describe('a server that is not a Hall', () => {
  it('A server that is not a Hall is reported in one sentence, and so are a missing server, a malformed URL and a wrong key.', async () => {
    const { url } = await openTestHall();
    const gone = await openTestHall();
    await gone.hall.close();
    const nobody = await wcp(['health', '--url', gone.url]);
    const server = createServer((_, response) => response.end('hello')).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    const other = await wcp(['workers', 'list', '--url', `http://127.0.0.1:${port}`]);
    server.close();
    const none = await wcp(['health', '--url', 'ftp://x']);
    const wrong = await wcp(['workers', 'list', '--url', url, '--key', 'wcp_wrong']);
    const spaces = await wcp(['workers', 'list', '--url', url, '--key', 'two words']);
    expect([nobody, other, none, wrong, spaces].map(({ code }) => code)).toEqual([2, 2, 2, 2, 2]);
    expect(nobody.err).toContain(`Nothing answers at ${gone.url}/. Is the Hall running?`);
    expect(other.err).toContain('is not a Hall (HTTP 200)');
    expect(none.err).toContain('starts with http:// or https://');
    expect(wrong.err).toContain('error UNAUTHENTICATED');
  });

  it('A redirect never receives a key.', async () => {
    const heard: (string | undefined)[] = [];
    const target = createServer((request, response) => {
      heard.push(request.headers.authorization);
      response.end('{}');
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => target.once('listening', resolve));
    const { port } = target.address() as { port: number };
    const server = createServer((_, response) =>
      response.writeHead(307, { location: `http://127.0.0.1:${port}/` }).end(),
    ).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const from = (server.address() as { port: number }).port;
    const { code } = await wcp(['health', '--url', `http://127.0.0.1:${from}`, '--key', 'secret']);
    for (const each of [target, server]) each.close();
    expect({ code, heard }).toEqual({ code: 2, heard: [] });
  });
});
