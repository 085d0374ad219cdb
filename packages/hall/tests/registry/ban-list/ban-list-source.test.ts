import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, test } from 'vitest';
import type { BanListSource } from '../../../src/registry/ban-list/ban-list-options.ts';
import {
  type BanListSourceLimits,
  readBanListSource,
} from '../../../src/registry/ban-list/ban-list-source.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { ListServer } from './list-server.ts';

let server: ListServer;
beforeEach(async () => {
  server = await ListServer.open();
  server.serves = { a: 1 };
});
const read = (limits: BanListSourceLimits = {}) => readBanListSource({ url: server.url }, limits);
const codeOf = async (source: BanListSource, limits: BanListSourceLimits = {}) => {
  const reading = await readBanListSource(source, limits);
  return reading.ok ? null : reading.code;
};
const fileOf = (content: string | Buffer) => {
  const file = join(tempFolder(), 'list.json');
  writeFileSync(file, content);
  return { file };
};

describe('a ban list over HTTP', () => {
  test('Whatever is served is read, whoever made it.', async () => {
    expect(await read()).toEqual({ ok: true, value: { a: 1 } });
  });

  test.each([301, 302, 303, 307, 308])('The redirect %i is not followed.', async (status) => {
    server.answer = (_, response) =>
      void response.writeHead(status, { location: server.url.replace('list', 'elsewhere') }).end();
    expect(await read()).toEqual({ ok: false, code: 'BAN_LIST_REDIRECTED' });
    expect(server.received).toEqual(['/list']);
  });

  test.each([201, 204, 400, 401, 404, 500, 503])(
    'The status %i is not a list, whatever its body.',
    async (status) => {
      server.answer = (_, response) => void response.writeHead(status).end('{"a":1}');
      expect(await read()).toEqual({ ok: false, code: 'BAN_LIST_HTTP_STATUS' });
    },
  );

  test('No more is read than the limit allows, even where little was sent and much comes out.', async () => {
    server.serves = { a: 'x'.repeat(1000) };
    expect(await codeOf({ url: server.url }, { bytes: 100 })).toBe('BAN_LIST_TOO_LARGE');
    expect(await codeOf({ url: server.url }, { bytes: 1008 })).toBeNull();
    expect(await codeOf({ url: server.url }, { bytes: 1007 })).toBe('BAN_LIST_TOO_LARGE');
    server.answer = (_, response) =>
      void response
        .writeHead(200, { 'content-encoding': 'gzip' })
        .end(gzipSync(Buffer.alloc(10_000_000, 0x20)));
    expect(await read()).toEqual({ ok: false, code: 'BAN_LIST_TOO_LARGE' });
  });

  test('An answer without an end is given up.', async () => {
    let stopped = false;
    server.answer = (_, response) => {
      response.writeHead(200);
      response.on('close', () => {
        stopped = true;
      });
      const timer = setInterval(() => response.write('x'.repeat(100_000)), 1);
      response.on('close', () => clearInterval(timer));
    };
    expect(await read({ bytes: 1_000_000 })).toEqual({ ok: false, code: 'BAN_LIST_TOO_LARGE' });
    await expect.poll(() => stopped).toBe(true);
  });

  test.each<[string, ListServer['answer']]>([
    ['does not answer', () => {}],
    ['sends its head and no body', (_, response) => void response.writeHead(200).flushHeaders()],
    ['stops in the middle', (_, response) => void response.writeHead(200).write('{"a"')],
  ])('A server that %s is given up after a while.', async (_, answer) => {
    server.answer = answer;
    expect(await read({ timeout_ms: 100 })).toEqual({ ok: false, code: 'BAN_LIST_TIMEOUT' });
  });

  test('A broken and a refused connection are reported as unreachable.', async () => {
    server.answer = (request) => void request.socket.destroy();
    expect(await read()).toEqual({ ok: false, code: 'BAN_LIST_UNREACHABLE' });
    const { url } = server;
    server.close();
    expect(await codeOf({ url })).toBe('BAN_LIST_UNREACHABLE');
    expect(await codeOf({ url: 'no address' })).toBe('BAN_LIST_UNREACHABLE');
  });

  test('A read ends at once when it is aborted.', async () => {
    server.answer = () => {};
    const controller = new AbortController();
    const reading = read({ signal: controller.signal });
    await expect.poll(() => server.received.length).toBe(1);
    controller.abort();
    expect(await reading).toEqual({ ok: false, code: 'BAN_LIST_UNREACHABLE' });
  });
});

describe('a ban list from a file', () => {
  test('A file is read up to the limit.', async () => {
    expect(await readBanListSource(fileOf('{"a": 1}'))).toEqual({ ok: true, value: { a: 1 } });
    expect(await codeOf(fileOf('{"a": 1}'), { bytes: 8 })).toBeNull();
    expect(await codeOf(fileOf('{"a": 1}'), { bytes: 7 })).toBe('BAN_LIST_TOO_LARGE');
  });

  test('A missing file and a folder cannot be reached.', async () => {
    expect(await codeOf({ file: join(tempFolder(), 'nothing') })).toBe('BAN_LIST_UNREACHABLE');
    expect(await codeOf({ file: tempFolder() })).toBe('BAN_LIST_UNREACHABLE');
  });

  test.each<[string, string | Buffer]>([
    ['nothing', ''],
    ['half a value', '{"a":'],
    ['a name twice', '{"a":1,"\\u0061":2}'],
    ['a byte order mark', '\ufeff{}'],
    ['bytes that are not UTF-8', Buffer.from([0x22, 0xff, 0x22])],
  ])('This is not JSON that every reader reads alike: %s.', async (_, content) => {
    expect(await codeOf(fileOf(content))).toBe('BAN_LIST_NOT_JSON');
  });
});
