import { pipeline, Readable } from 'node:stream';
import { brotliCompressSync, constants, createBrotliCompress, createGzip, gzipSync } from 'node:zlib';
import { contextFor } from '@wcp/worker-kit/testing';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { worker } from '../src/index.ts';
import { giving, leadingTo, serve, serveRaw } from './servers.ts';

const run = (request: object) => worker.execute(request, contextFor(worker, { correlation_id: 'fetch/1' }));
const GERMAN = 'Der Uhrmacher repariert die Lampe für Größe und Öl, übrig bleibt Gemüse.';
const denied = (code: string) => ({ status: 'denied', result: null, deny_reason: { code } });

beforeEach(() => void vi.stubEnv('WCP_WEB_FETCH_ALLOW', '127.0.0.1'));
afterEach(() => void vi.unstubAllEnvs());

describe('fetching a page', () => {
  test('A page is fetched and its text returned.', async () => {
    await using server = await serve(giving('text/plain; charset=utf-8', 'Łódź 😀\n'));
    expect(await run({ url: `${server.origin}/a?b=c#d` })).toMatchObject({
      status: 'ok',
      result: {
        url: `${server.origin}/a?b=c`,
        status: 200,
        content_type: 'text/plain',
        title: null,
        text: 'Łódź 😀\n',
        format: 'text',
        encoding: 'utf-8',
        encoding_guessed: false,
        bytes: 13,
        redirects: [],
      },
    });
    expect(server.seen).toEqual(['/a?b=c']);
  });

  test('A request carries the correlation id and nothing secret.', async () => {
    let headers: object = {};
    await using server = await serve((request, response) => {
      headers = request.headers;
      giving('text/plain', '')(request, response);
    });
    await run({ url: server.origin });
    expect(Object.keys(headers).sort()).toEqual([
      'accept',
      'accept-encoding',
      'connection',
      'host',
      'user-agent',
      'x-correlation-id',
    ]);
    expect(headers).toMatchObject({ 'x-correlation-id': 'fetch/1' });
  });

  test.each([
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['br', brotliCompressSync],
    ['identity', (text: Buffer) => text],
  ])('Content compressed with %s is decompressed.', async (encoding, compress) => {
    const text = 'lamp '.repeat(10_000);
    await using server = await serve(
      giving('text/plain', compress(Buffer.from(text)), { 'content-encoding': encoding }),
    );
    expect(await run({ url: server.origin })).toMatchObject({ result: { text, bytes: 50_000 } });
  });

  test('Markdown is returned as it is, even when the server calls it plain text.', async () => {
    await using server = await serve((request, response) =>
      giving(request.url === '/a.md' ? 'text/plain' : 'text/markdown', '# Lamp #\n\n*x*')(request, response),
    );
    for (const path of ['/a.md', '/a']) {
      expect(await run({ url: server.origin + path })).toMatchObject({
        result: { text: '# Lamp #\n\n*x*', format: 'markdown', title: 'Lamp' },
      });
    }
  });

  test('HTML becomes Markdown.', async () => {
    await using server = await serve(giving('text/html', '<title>T</title><p>a <b>b</b></p><h2>c</h2><p>d'));
    expect(await run({ url: server.origin })).toMatchObject({
      result: { text: '# T\n\na b\n\n## c\n\nd', format: 'markdown', title: 'T' },
    });
  });

  test.each([
    ['utf-8', 'text/plain', Buffer.from('\ufeffé')],
    ['a byte order mark against the header', 'text/plain; charset=latin1', Buffer.from('\ufeffé')],
    ['utf-16', 'text/plain', Buffer.from('\ufeffé', 'utf16le')],
    ['the header', 'text/plain; charset="ISO-8859-1"', Buffer.from('é', 'latin1')],
    ['a guess when there is no header', 'text/plain', Buffer.from(GERMAN, 'latin1'), GERMAN],
    ['a guess when the header is unknown', 'text/plain; charset=klingon', Buffer.from('é')],
    ['a header that says ASCII', 'text/plain; charset=us-ascii', Buffer.from('é')],
    ['the page itself', 'text/html', Buffer.from('<meta charset=windows-1251><p>\xe9', 'latin1'), 'й'],
    ['the header against the page', 'text/html; charset=utf-8', Buffer.from('<meta charset=koi8-r><p>é')],
    ['a page that is not what it says', 'text/html', Buffer.from('<meta charset=utf-16><p>é')],
  ])('Text is decoded by %s.', async (_, type, content, text = 'é') => {
    await using server = await serve(giving(type, content));
    expect(await run({ url: server.origin })).toMatchObject({ result: { text } });
  });

  test('Text that is not in the encoding of its header is denied.', async () => {
    await using server = await serve(giving('text/plain; charset=utf-8', Buffer.from('é', 'latin1')));
    expect(await run({ url: server.origin })).toMatchObject(denied('FETCH_UNDECODABLE'));
  });

  test.each([
    ['image/png', 'png'],
    ['application/pdf', 'pdf'],
    ['application/json', '{}'],
    ['', 'x'],
    ['nonsense', 'x'],
    ['text/plain', 'a\0b'],
  ])('Content of the type %j is denied.', async (type, content) => {
    await using server = await serve(giving(type, content));
    expect(await run({ url: server.origin })).toMatchObject(denied('FETCH_UNSUPPORTED_TYPE'));
  });

  test.each([400, 401, 404, 429, 500, 503, 304, 300])(
    'The status %d is denied, and the message names it.',
    async (status) => {
      await using server = await serve((_, response) => response.writeHead(status).end('secret'));
      const result = await run({ url: server.origin });
      expect(result).toMatchObject(denied('FETCH_HTTP_STATUS'));
      expect(result.deny_reason?.message).toBe(`The server answered with the status ${status}.`);
    },
  );
});

describe('redirects', () => {
  test('Absolute, relative and scheme-relative redirects are followed.', async () => {
    await using server = await serve((request, response) => {
      const next: Record<string, string> = { '/a': 'b?x=1', '/b?x=1': '//127.0.0.1/nothing', '/c': '/d#e' };
      const at = request.url ?? '';
      if (at === '/b?x=1') return leadingTo(`${server.origin}/c`, 308)(request, response);
      if (next[at] !== undefined) return leadingTo(next[at], 301)(request, response);
      return giving('text/plain', 'there')(request, response);
    });
    const { origin } = server;
    expect(await run({ url: `${origin}/a` })).toMatchObject({
      result: {
        url: `${origin}/d`,
        text: 'there',
        redirects: [`${origin}/a`, `${origin}/b?x=1`, `${origin}/c`],
      },
    });
  });

  test('Redirects are followed up to max_redirects.', async () => {
    await using server = await serve((request, response) => {
      const left = Number((request.url ?? '').slice(1));
      return left === 0
        ? giving('text/plain', 'there')(request, response)
        : leadingTo(`/${left - 1}`)(request, response);
    });
    expect(await run({ url: `${server.origin}/5` })).toMatchObject({ status: 'ok' });
    expect(await run({ url: `${server.origin}/6` })).toMatchObject(denied('FETCH_TOO_MANY_REDIRECTS'));
    expect(await run({ url: `${server.origin}/1`, max_redirects: 0 })).toMatchObject(
      denied('FETCH_TOO_MANY_REDIRECTS'),
    );
  });

  test('A redirect loop ends.', async () => {
    await using server = await serve(leadingTo('/'));
    expect(await run({ url: server.origin })).toMatchObject(denied('FETCH_TOO_MANY_REDIRECTS'));
    expect(server.seen).toHaveLength(6);
  });

  test.each([
    ['http://127.0.0.2/', 'FETCH_ADDRESS_NOT_ALLOWED'],
    ['http://localhost/', 'FETCH_ADDRESS_NOT_ALLOWED'],
    ['http://[::1]/', 'FETCH_ADDRESS_NOT_ALLOWED'],
    ['http://169.254.169.254/latest/meta-data/', 'FETCH_ADDRESS_NOT_ALLOWED'],
    ['http://0x7f000002/', 'FETCH_ADDRESS_NOT_ALLOWED'],
    ['file:///etc/passwd', 'FETCH_INVALID_URL'],
    ['data:text/plain,x', 'FETCH_INVALID_URL'],
    ['javascript:alert(1)', 'FETCH_INVALID_URL'],
    ['http://user:word@127.0.0.1/', 'FETCH_INVALID_URL'],
    ['http://', 'FETCH_INVALID_URL'],
    [`/${'x'.repeat(9000)}`, 'FETCH_INVALID_URL'],
  ])('A redirect to %j is denied.', async (location, code) => {
    await using server = await serve(leadingTo(location));
    vi.stubEnv('WCP_WEB_FETCH_ALLOW', `127.0.0.1:${server.port}`);
    expect(await run({ url: server.origin })).toMatchObject(denied(code));
  });
});

describe('a hostile server', () => {
  test('A server that never answers is given up in time.', async () => {
    await using server = await serve(() => {});
    expect(await run({ url: server.origin, timeout_ms: 100 })).toMatchObject(denied('FETCH_TIMEOUT'));
  });

  test('A server that sends a byte now and then is given up in time.', async () => {
    await using server = await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'text/plain' });
      const timer = setInterval(() => response.write('x'), 20);
      response.on('close', () => clearInterval(timer));
    });
    expect(await run({ url: server.origin, timeout_ms: 150 })).toMatchObject(denied('FETCH_TIMEOUT'));
  });

  test('Slow redirects together are given up in time.', async () => {
    await using server = await serve((request, response) => {
      setTimeout(() => leadingTo('/')(request, response), 60);
    });
    expect(await run({ url: server.origin, timeout_ms: 150, max_redirects: 10 })).toMatchObject(
      denied('FETCH_TIMEOUT'),
    );
  });

  test('At the deadline of the dispatch the connection to a slow server is closed.', async () => {
    let isClosed = () => {};
    const closed = new Promise<void>((resolve) => {
      isClosed = resolve;
    });
    await using server = await serve((request) => request.socket.on('close', () => isClosed()));
    const deadline = new Date(Date.now() + 100).toISOString();
    expect(await worker.execute({ url: server.origin }, contextFor(worker, { deadline }))).toMatchObject({
      status: 'error',
      deny_reason: { code: 'WORKER_TIMEOUT' },
    });
    await closed;
  });

  test('An endless response is given up when it is too large.', async () => {
    let given = 0;
    await using server = await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'text/plain' });
      const chunk = Buffer.alloc(65_536, 'x');
      const more = () => {
        given += chunk.length;
        if (!response.destroyed) response.write(chunk, () => setImmediate(more));
      };
      more();
    });
    expect(await run({ url: server.origin, max_bytes: 200_000 })).toMatchObject(denied('FETCH_TOO_LARGE'));
    expect(given).toBeLessThan(50_000_000);
  });

  test('The limit max_bytes also holds for Markdown that is longer than its HTML.', async () => {
    const html = '<pre>```</pre>'.repeat(100);
    await using server = await serve(giving('text/html', html));
    expect(await run({ url: server.origin, max_bytes: html.length })).toMatchObject(
      denied('FETCH_TOO_LARGE'),
    );
    expect(await run({ url: server.origin })).toMatchObject({ status: 'ok', result: { bytes: html.length } });
  });

  test('A content-length that is too small is not trusted.', async () => {
    await using server = await serve(giving('text/plain', 'x'.repeat(1001)));
    expect(await run({ url: server.origin, max_bytes: 1000 })).toMatchObject(denied('FETCH_TOO_LARGE'));
    expect(await run({ url: server.origin, max_bytes: 1001 })).toMatchObject({ result: { bytes: 1001 } });
  });

  test.each([
    ['gzip', () => createGzip({ level: 1 })],
    ['br', () => createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: 1 } })],
  ])('An endless %s bomb is given up in time.', async (encoding, compressor) => {
    const zeros = function* () {
      for (;;) yield Buffer.alloc(65_536);
    };
    await using server = await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'text/plain', 'content-encoding': encoding });
      pipeline(Readable.from(zeros()), compressor(), response, () => {});
    });
    expect(await run({ url: server.origin, max_bytes: 1_000_000 })).toMatchObject(denied('FETCH_TOO_LARGE'));
  });

  test('An endless response that decompresses to nothing is given up.', async () => {
    const nothing = gzipSync('');
    await using server = await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'text/plain', 'content-encoding': 'gzip' });
      const chunk = Buffer.concat(Array.from({ length: 1000 }, () => nothing));
      const more = () => void (response.destroyed || response.write(chunk, () => setImmediate(more)));
      more();
    });
    expect(await run({ url: server.origin, max_bytes: 10 })).toMatchObject(denied('FETCH_TOO_LARGE'));
  });

  test.each([
    ['gzip', Buffer.from('no gzip')],
    ['gzip', gzipSync('x'.repeat(1000)).subarray(0, 20)],
    ['br', Buffer.from('no brotli')],
  ])('A broken encoding is denied: %s.', async (encoding, content) => {
    await using server = await serve(giving('text/plain', content, { 'content-encoding': encoding }));
    expect(await run({ url: server.origin })).toMatchObject(denied('FETCH_BROKEN_ANSWER'));
  });

  test.each(['zstd', 'gzip, gzip', 'constructor'])(
    'Content compressed with %j, which was not requested, is denied.',
    async (encoding) => {
      await using server = await serve(giving('text/plain', 'x', { 'content-encoding': encoding }));
      expect(await run({ url: server.origin })).toMatchObject(denied('FETCH_UNSUPPORTED_TYPE'));
    },
  );

  test('A response that breaks off is denied.', async () => {
    await using server = await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'text/plain', 'content-length': 100 });
      response.write('x', () => response.destroy());
    });
    expect(await run({ url: server.origin })).toMatchObject(denied('FETCH_BROKEN_ANSWER'));
  });

  test.each([
    ['closes at once', ''],
    ['does not speak HTTP', 'SSH-2.0-lamp\r\n'],
    ['sends endless headers', `HTTP/1.1 200 OK\r\nx: ${'x'.repeat(100_000)}\r\n\r\n`],
  ])('A server that %s is denied without details of the error.', async (_, answer) => {
    await using server = await serveRaw(answer);
    expect((await run({ url: server.origin })).deny_reason).toEqual({
      code: 'FETCH_UNREACHABLE',
      message: 'The host could not be reached, or did not answer with HTTP.',
    });
  });

  test('No connection is kept open.', async () => {
    await using server = await serve((request, response) => {
      if (request.url === '/') return leadingTo('/next')(request, response);
      response.writeHead(200, { 'content-type': 'text/plain' }).write('x'.repeat(1000));
    });
    expect(await run({ url: server.origin, max_bytes: 100 })).toMatchObject(denied('FETCH_TOO_LARGE'));
    await vi.waitFor(() => expect(server.connections()).resolves.toBe(0));
    await using good = await serve(giving('text/plain', 'x'));
    expect(await run({ url: good.origin })).toMatchObject({ status: 'ok' });
    await vi.waitFor(() => expect(good.connections()).resolves.toBe(0));
  });

  test('A server that is down is denied, over HTTPS too.', async () => {
    await using server = await serve(giving('text/plain', 'x'));
    expect(await run({ url: `https://127.0.0.1:${server.port}` })).toMatchObject(denied('FETCH_UNREACHABLE'));
    await server[Symbol.asyncDispose]();
    expect(await run({ url: server.origin })).toMatchObject(denied('FETCH_UNREACHABLE'));
  });
});
