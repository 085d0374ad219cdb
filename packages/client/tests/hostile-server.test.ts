import type { ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import { createHallClient } from '../src/index.ts';
import { fakeServer, json, LOG, problem } from './support/fake-server.ts';

const KEY = 'wcp_not-for-strangers';
const MIB = 1024 * 1024;

async function refusal(handle: (response: ServerResponse) => void, options: object = {}): Promise<unknown> {
  const { url } = await fakeServer(handle);
  return createHallClient({ url, key: KEY, retries: 0, ...options })
    .showLog()
    .then(
      (answer) => ({ answer }),
      (error: unknown) => error,
    );
}

describe('a server that is not a Hall', () => {
  const typed =
    (type: string, body: string | Buffer, status = 200) =>
    (response: ServerResponse) => {
      response.writeHead(status, type === '' ? {} : { 'content-type': type }).end(body);
    };

  test.each<[string, (response: ServerResponse) => void]>([
    ['a web page', typed('text/html', '<h1>Hello</h1>')],
    ['JSON under another media type', typed('text/plain', JSON.stringify(LOG))],
    ['no media type', typed('', JSON.stringify(LOG))],
    ['what is not JSON under that of JSON', typed('application/json', '{"size":')],
    ['nothing at all', typed('application/json', '')],
    ['bytes that are not UTF-8', typed('application/json', Buffer.from([0x22, 0xff, 0x22]))],
    ['a status that this operation does not have', typed('application/json', '{}', 201)],
    ['an error without a problem document', typed('application/json', '{}', 500)],
    ['the error of a proxy', typed('text/html', 'Bad Gateway', 502)],
    ['a problem without a code', typed('application/problem+json', '{"status":403}', 403)],
    [
      'a problem with another status',
      typed('application/problem+json', JSON.stringify(problem(403, 'A')), 400),
    ],
    ['a problem that is not an object', typed('application/problem+json', '"no"', 403)],
  ])('A server that answers with %s is not a Hall.', async (_, handle) => {
    expect(await refusal(handle)).toMatchObject({ name: 'WcpError', code: 'ERR_WCP_NOT_A_HALL' });
  });

  test('A problem is read as far as it is one, and its texts stay texts.', async () => {
    const odd = {
      ...problem(403, 'SOME_LATER_CODE'),
      title: 7,
      detail: null,
      findings: [1, { path: 2, message: 'm' }],
    };
    expect(await refusal((response) => json(response, 403, odd))).toMatchObject({
      name: 'HallProblemError',
      code: 'SOME_LATER_CODE',
      message: 'SOME_LATER_CODE',
      findings: [
        { path: '', code: 'INVALID_VALUE', message: '' },
        { path: '', code: 'INVALID_VALUE', message: 'm' },
      ],
    });
  });

  test('No redirect is followed: the key stays with the address that it was given for.', async () => {
    const stolen: (string | undefined)[] = [];
    const thief = await fakeServer((response, _, { headers }) => {
      stolen.push(headers.authorization);
      json(response, 200, LOG);
    });
    for (const status of [301, 302, 303, 307, 308]) {
      const found = await refusal((response) => {
        response.writeHead(status, { location: `${thief.url}/wcp/log` }).end();
      });
      expect(found).toMatchObject({
        code: 'ERR_WCP_NOT_A_HALL',
        message: expect.stringContaining('redirect'),
      });
    }
    expect(stolen).toEqual([]);
  });

  test('An answer without an end is cut off.', async () => {
    const found = await refusal(
      (response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        const more = () => {
          while (!response.destroyed && response.write('['.repeat(65_536)));
        };
        response.on('drain', more);
        more();
      },
      { max_answer_bytes: 1_000_000 },
    );
    expect(found).toMatchObject({ code: 'ERR_WCP_HALL_ANSWER' });
  });

  test.each([
    ['lists that never end', '['.repeat(65_536), 'Nested deeper than 1000 levels.'],
    ['objects that never end', '{"a":'.repeat(13_000), 'Nested deeper than 1000 levels.'],
    ['empty lists that never end', '[],'.repeat(20_000), 'It holds more than 2000000 objects and lists.'],
    ['numbers that never end', '0,'.repeat(30_000), 'It holds more than 10000000 values.'],
  ])('An answer of %s is cut off before a tree is built.', async (_, part, limit) => {
    let sent = 0;
    const before = process.memoryUsage().heapUsed;
    const found = await refusal((response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const more = () => {
        while (!response.destroyed && response.write(part)) sent += part.length;
      };
      response.on('drain', more);
      response.write('[');
      more();
    });
    expect(found).toMatchObject({ code: 'ERR_WCP_HALL_ANSWER', message: expect.stringContaining(limit) });
    expect(sent).toBeLessThan(60 * MIB);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(120 * MIB);
  });

  test('A problem that is nested too deeply is cut off as well.', async () => {
    const deep = `{"status":403,"code":"FORBIDDEN","ext":${'['.repeat(2_000)}${']'.repeat(2_000)}}`;
    expect(await refusal(typed('application/problem+json', deep, 403))).toMatchObject({
      code: 'ERR_WCP_HALL_ANSWER',
    });
  });

  test('An answer as deep as the limit is read, however its bytes are divided.', async () => {
    const text = JSON.stringify({ ...LOG, deep: JSON.parse(`${'['.repeat(999)}"\\"é[["${']'.repeat(999)}`) });
    const bytes = Buffer.from(text);
    const found = await refusal((response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      for (let at = 0; at < bytes.length; at += 1) response.write(bytes.subarray(at, at + 1));
      response.end();
    });
    expect(JSON.stringify((found as { answer: unknown }).answer)).toBe(text);
  });

  test.each([
    ['a byte order mark before JSON', '\ufeff{}', 'its text begins with a byte order mark'],
    ['bytes that are not UTF-8', Buffer.from([0x22, 0xff, 0x22]), 'its bytes are not UTF-8'],
    ['bytes that break off', Buffer.from([0x22, 0xc3]), 'its bytes are not UTF-8'],
    ['a text that is not JSON', '{"size":', 'its text is not JSON'],
  ])('An answer of %s is refused, and the message says why.', async (_, body, why) => {
    expect(await refusal(typed('application/json', body))).toMatchObject({
      code: 'ERR_WCP_NOT_A_HALL',
      message: expect.stringContaining(`(HTTP 200: ${why}).`),
    });
  });

  test('An answer that breaks off is no answer.', async () => {
    const found = await refusal((response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
      response.write('{"size":');
      setTimeout(() => response.destroy(), 20);
    });
    expect(found).toMatchObject({ code: 'ERR_WCP_HALL_UNREACHABLE' });
  });

  test('An answer that does not come, or comes by drops, is not waited for.', async () => {
    const silent = await refusal(() => {}, { timeout_ms: 100 });
    expect(silent).toMatchObject({ code: 'ERR_WCP_HALL_TIMEOUT' });
    const dripping = await refusal(
      (response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        const timer = setInterval(() => response.write(' '), 10);
        response.on('close', () => clearInterval(timer));
      },
      { timeout_ms: 150 },
    );
    expect(dripping).toMatchObject({ code: 'ERR_WCP_HALL_TIMEOUT' });
  });

  test('A list without items, or whose cursor never moves, ends in an error.', async () => {
    const pages: unknown[] = [
      { next_cursor: null },
      { items: {}, next_cursor: null },
      { items: [], next_cursor: 'a' },
    ];
    for (const page of pages) {
      const { url } = await fakeServer((response) => json(response, 200, page));
      const read = async () => {
        for await (const _ of createHallClient({ url }).items('listWorkers'));
      };
      await expect(read()).rejects.toMatchObject({ code: 'ERR_WCP_NOT_A_HALL' });
    }
  });

  test('No message repeats the key.', async () => {
    const found = await refusal((response) => response.destroy());
    expect(`${String(found)} ${JSON.stringify(found)}`).not.toContain(KEY);
  });
});

describe('a caller that has enough', () => {
  test('A caller ends one call with its signal, and gets the reason that it gave.', async () => {
    const { url } = await fakeServer(() => {});
    const controller = new AbortController();
    const call = createHallClient({ url }).showLog({}, { signal: controller.signal });
    setTimeout(() => controller.abort(new Error('enough')), 20);
    await expect(call).rejects.toThrow('enough');
  });

  test('A caller ends every call with the signal of the client, also between two attempts.', async () => {
    const controller = new AbortController();
    const { url } = await fakeServer((response) => {
      json(response, 429, problem(429, 'RATE_LIMITED'), { 'retry-after': '20' });
      setTimeout(() => controller.abort(new Error('all of it')), 20);
    });
    await expect(createHallClient({ url, signal: controller.signal }).showLog()).rejects.toThrow('all of it');
  });
});

test('An address where nothing listens is unreachable.', async () => {
  const hall = createHallClient({ url: 'http://127.0.0.1:1', retries: 0 });
  await expect(hall.showLog()).rejects.toMatchObject({ name: 'WcpError', code: 'ERR_WCP_HALL_UNREACHABLE' });
});
