import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inputFor } from '../support/documents.ts';
import { TestHall } from '../support/test-hall.ts';
import { judge } from './judge.ts';

let hall: TestHall;
let port: number;
let auth: string;
beforeAll(async () => {
  hall = await TestHall.open();
  port = Number(new URL(await hall.hall.app.listen({ port: 0, host: '127.0.0.1' })).port);
  auth = `Authorization: Bearer ${hall.keys.get('tenant')}`;
});
afterAll(() => hall.close());

interface Said {
  /** Everything that the server said, as Latin-1. */
  readonly text: string;
  readonly isClosed: boolean;
}

/** Sends bytes and gathers what comes back until the server closes, is enough, or says nothing for a while. */
function say(bytes: string | Buffer, { end = false, enough = /$^/, patience_ms = 400 } = {}): Promise<Said> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    const done = (isClosed: boolean) => {
      socket.destroy();
      resolve({ text, isClosed });
    };
    socket.setTimeout(patience_ms, () => done(false));
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      if (enough.test(text)) done(false);
    });
    socket.on('close', () => done(true));
    socket.on('error', () => {});
    socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
    if (end) socket.end();
  });
}

/** A request with these lines in its head. */
function post(lines: readonly string[], body = '', url = '/wcp/route'): string {
  return [`POST ${url} HTTP/1.1`, 'Host: hall', auth, ...lines, '', body].join('\r\n');
}
/** A request after which the connection is over. */
function get(path: string, header: string): string {
  return [`GET ${path} HTTP/1.1`, 'Host: hall', 'Connection: close', header, '', ''].join('\r\n');
}
const JSON_TYPE = 'Content-Type: application/json';
const chunked = 'Transfer-Encoding: chunked';
const statusesIn = (text: string) =>
  [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status));
const bodyOf = () => JSON.stringify(inputFor('tenant-a'));

/** Bytes that are no request: each is refused with 400, and the connection ends. */
const UNREADABLE: readonly (readonly [what: string, bytes: () => string | Buffer])[] = [
  ['no HTTP', () => 'hello\r\n\r\n'],
  ['a TLS handshake', () => Buffer.from('16030100a5010000a10303', 'hex')],
  ['random bytes', () => Buffer.from(Array.from({ length: 64 }, (_, index) => (index * 89) % 256))],
  ['a length that is no number', () => post([JSON_TYPE, 'Content-Length: ten'], '{}')],
  ['a length below zero', () => post([JSON_TYPE, 'Content-Length: -2'], '{}')],
  [
    'a length that is too great for any number',
    () => post([JSON_TYPE, `Content-Length: ${'9'.repeat(40)}`], '{}'),
  ],
  ['two lengths', () => post([JSON_TYPE, 'Content-Length: 2', 'Content-Length: 3'], '{}')],
  ['a length and chunks', () => post([JSON_TYPE, 'Content-Length: 2', chunked], '0\r\n\r\n')],
  ['a chunk whose size is none', () => post([JSON_TYPE, chunked], 'zz\r\n{}\r\n0\r\n\r\n')],
  ['a header without a name', () => post([': empty'])],
  ['a header with a blank in its name', () => post(['Content Length : 2'])],
  ['a header with a NUL in it', () => post(['X-Odd: a\u0000b'])],
  ['a folded header', () => post(['X-Odd: a', ' b'])],
  ['a path with a NUL', () => `GET /wcp/\u0000 HTTP/1.1\r\nHost: hall\r\n\r\n`],
  ['a version that nobody speaks', () => `GET /wcp/health HTTP/9.9\r\nHost: hall\r\n\r\n`],
  ['a head without an end', () => `GET /wcp/health HTTP/1.1\r\nX-Long: ${'x'.repeat(100_000)}`],
];

describe('bytes that are not a request', () => {
  test.each(UNREADABLE)('The Hall answers %s with a problem and disconnects.', async (what, bytes) => {
    const { text, isClosed } = await say(bytes(), { patience_ms: 3000 });
    expect([isClosed, statusesIn(text)]).toEqual([true, [400]]);
    const [head = '', body = ''] = text.split('\r\n\r\n');
    expect(head).toContain('Content-Type: application/problem+json');
    expect(JSON.parse(body)).toMatchObject({ status: 400, code: 'INVALID_REQUEST' });
    judge({ person: 'nobody', what, status: 400, type: 'application/problem+json', text }, null);
  });
});

describe('an unusual request', () => {
  test('Where a body is longer than announced, the rest is not a request.', async () => {
    const { text } = await say(post([JSON_TYPE, 'Content-Length: 2'], '{}{"more":1}'), { patience_ms: 3000 });
    expect(statusesIn(text).at(-1)).toBe(400);
    expect(text).not.toContain('more');
  });

  test('A request whose body never comes is not answered, and delays nobody else.', async () => {
    const waiting = say(post([JSON_TYPE, 'Content-Length: 1000'], '{"a":'));
    const slow = say('GET /wcp/health HTTP/1.1\r\nHost: ha');
    expect((await fetch(`http://127.0.0.1:${port}/wcp/health`)).status).toBe(200);
    for (const said of [await waiting, await slow]) expect(said.text).toBe('');
  });

  test('A request whose body breaks off is not decided about.', async () => {
    const { size } = await hall.hall.parts.storage.ledger.head();
    await say(post([JSON_TYPE, 'Content-Length: 1000'], bodyOf()), { end: true });
    await say(post([JSON_TYPE, chunked], `${bodyOf().length.toString(16)}\r\n${bodyOf()}\r\n`), {
      end: true,
    });
    expect((await hall.hall.parts.storage.ledger.head()).size).toBe(size);
  });

  test('A request in chunks is read as a whole.', async () => {
    const body = bodyOf();
    const chunks = [...body].map((character) => `1\r\n${character}\r\n`).join('');
    const { text } = await say(post([JSON_TYPE, chunked], `${chunks}0\r\n\r\n`), { enough: /"outcome"/ });
    expect(statusesIn(text)).toEqual([200]);
  });

  test.each([
    ['bytes that are not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
    ['an overlong NUL', Buffer.from([0x22, 0xc0, 0x80, 0x22])],
    ['half a surrogate as UTF-8', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
  ])('A request in chunks with %s is refused.', async (_what, bytes) => {
    const head = post([JSON_TYPE, chunked], `${bytes.length.toString(16)}\r\n`);
    const request = Buffer.concat([Buffer.from(head), bytes, Buffer.from('\r\n0\r\n\r\n')]);
    const { text } = await say(request, { enough: /"code"/ });
    expect([statusesIn(text), text.includes('INVALID_BODY')]).toEqual([[400], true]);
  });

  test('A request in chunks without an end is refused once it is too large.', async () => {
    const chunk = `100000\r\n${' '.repeat(0x100000)}\r\n`;
    const { text } = await say(post([JSON_TYPE, chunked], chunk.repeat(3)), {
      enough: /"code"/,
      patience_ms: 3000,
    });
    expect([statusesIn(text), text.includes('BODY_TOO_LARGE')]).toEqual([[413], true]);
  });

  test('A request with an unknown expectation is refused; one that waits for 100-continue gets it.', async () => {
    const body = bodyOf();
    const lines = [JSON_TYPE, `Content-Length: ${body.length}`];
    const { text } = await say(post([...lines, 'Expect: 100-continue'], body), { enough: /"outcome"/ });
    expect(statusesIn(text)).toEqual([100, 200]);
    expect(
      statusesIn((await say(post([...lines, 'Expect: magic', 'Connection: close'], body))).text),
    ).toEqual([417]);
  });

  test('A request that comes with fifty others on one connection is answered in its turn.', async () => {
    const one = `GET /wcp/health HTTP/1.1\r\nHost: hall\r\n\r\n`;
    const { text } = await say(one.repeat(49) + get('/wcp/health', 'X-Last: yes'), { patience_ms: 3000 });
    expect(statusesIn(text)).toEqual(Array.from({ length: 50 }, () => 200));
  });

  test.each(['CONNECT', 'OPTIONS', 'TRACE', 'PATCH', 'PROPFIND'])(
    'The Hall refuses the method %s.',
    async (method) => {
      const target = method === 'CONNECT' ? 'evil.example:443' : '/wcp/route';
      const { text } = await say(get(target, 'X-Odd: yes').replace('GET', method));
      expect(statusesIn(text).every((status) => status >= 400 && status < 500)).toBe(true);
    },
  );

  test('A very long path is not found or refused, whatever is in it.', async () => {
    for (const path of [
      `/wcp/workers/${'a'.repeat(8000)}`,
      `/${'../'.repeat(2000)}etc/passwd`,
      '/%'.repeat(1000),
    ]) {
      const { text } = await say(get(path, auth));
      expect([400, 404]).toContain(statusesIn(text)[0]);
      judge(
        { person: 'tenant', what: path.slice(0, 40), status: 404, type: 'application/problem+json', text },
        null,
      );
    }
  });

  test('Two keys in one header authenticate nobody.', async () => {
    const { text } = await say(get('/wcp/log', `${auth}, Bearer x`));
    expect(statusesIn(text)).toEqual([401]);
  });
});
