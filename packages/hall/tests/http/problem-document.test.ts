import { PROBLEMS, type ProblemCode } from '@wcp/spec/hall';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ProblemError } from '../../src/base/problem.ts';
import { problemDocument, problemFrom } from '../../src/http/problem-document.ts';
import { inputFor } from '../support/documents.ts';
import { TestHall } from '../support/test-hall.ts';

let hall: TestHall;
beforeAll(async () => {
  hall = await TestHall.open({ http: { body_bytes: 4096 } });
});
afterAll(() => hall.close());

/** A body as bytes, of any type. */
async function send(payload: string | Buffer, type = 'application/json', url = '/wcp/route') {
  const answer = await hall.hall.app.inject({
    method: 'POST',
    url,
    headers: { ...hall.authorization(url === '/wcp/freeze' ? 'steward' : 'tenant'), 'content-type': type },
    payload,
  });
  return { status: answer.statusCode, ...(answer.json() as { code: string; findings?: object[] }) };
}

describe('problem documents', () => {
  test.each(Object.keys(PROBLEMS) as ProblemCode[])('Problem %s has a type, title and status.', (code) => {
    const problem = problemDocument(new ProblemError(code, 'why'));
    expect(problem).toEqual({
      type: expect.stringMatching(/^urn:wcp:problem:[a-z-]+$/),
      title: expect.stringMatching(/^[A-Z][^.]+$/),
      status: PROBLEMS[code].status,
      code,
      detail: 'why',
    });
  });

  test('An unexpected error discloses nothing.', () => {
    const cause = new Error('secret /root/path');
    for (const thrown of [cause, 'secret', null, undefined, { statusCode: 500, message: 'secret' }]) {
      const problem = problemDocument(problemFrom(thrown));
      expect([problem.status, problem.code]).toEqual([500, 'INTERNAL']);
      expect(JSON.stringify(problem)).not.toContain('secret');
    }
  });
});

describe('JSON bodies', () => {
  const text = JSON.stringify(inputFor('tenant-a'));

  test.each([
    ['a name twice', text.replace('{', '{"env":"prod",')],
    ['a name twice, once escaped', text.replace('{', '{"\\u0065nv":"prod",')],
    ['a name twice, deep inside', text.replace('"text":', '"text":{"a":1,"a":2},"b":')],
    ['broken JSON', '{"env":'],
    ['a byte order mark', `\ufeff${text}`],
    ['two values', `${text}${text}`],
    ['a number that JSON does not have', '{"blast_score": 01}'],
    ['bytes that are not UTF-8', Buffer.from(text.replace('hello', '\u00ff'), 'latin1')],
    [
      'half a character',
      Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xe2, 0x82]), Buffer.from('"}')]),
    ],
    ['another encoding', Buffer.from(text, 'utf16le')],
  ])('A body with %s is refused before anything is decided.', async (_, body) => {
    const { size } = await hall.hall.parts.storage.ledger.head();
    expect(await send(body)).toMatchObject({ status: 400, code: 'INVALID_BODY' });
    expect((await hall.hall.parts.storage.ledger.head()).size).toBe(size);
  });

  test('An integer that no double holds is refused before anything is decided, with its path and a way out.', async () => {
    const { size } = await hall.hall.parts.storage.ledger.head();
    const body = text.replace('"text":', '"account":9007199254740993,"text":');
    expect(await send(body)).toMatchObject({
      status: 400,
      code: 'INVALID_BODY',
      findings: [
        {
          path: '/request/account',
          code: 'NUMBER_NOT_EXACT',
          message: expect.stringContaining('Send it as text'),
        },
      ],
    });
    expect((await hall.hall.parts.storage.ledger.head()).size).toBe(size);
    expect(await send(body.replace('9007199254740993', '"9007199254740993"'))).toMatchObject({ status: 200 });
  });

  test('An empty body is not a RouteInput.', async () => {
    expect(await send('')).toMatchObject({ status: 400, code: 'INVALID_BODY' });
  });

  test.each(['null', '7', '"text"', '[]', '{}', '[[1]]'])(
    'The body %s is JSON: the engine denies it, and the denial has a receipt.',
    async (body) => {
      const { size } = await hall.hall.parts.storage.ledger.head();
      expect(await send(body)).toMatchObject({ status: 200, deny_code: 'DENY_INVALID_INPUT' });
      expect((await hall.hall.parts.storage.ledger.head()).size).toBe(size + 1);
    },
  );

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    'application/xml',
    'x',
  ])('The media type %s is not JSON.', async (type) => {
    expect(await send(text, type)).toMatchObject({ status: 415, code: 'UNSUPPORTED_MEDIA_TYPE' });
  });

  test('A body that is too large is refused.', async () => {
    const body = JSON.stringify(inputFor('tenant-a', { request: { text: 'x'.repeat(5000) } }));
    expect(await send(body)).toMatchObject({ status: 413, code: 'BODY_TOO_LARGE' });
  });

  test('Every finding is reported at once, each with its path.', async () => {
    const { status, findings } = await send('{"scope":"all","reason":"","more":1}', undefined, '/wcp/freeze');
    expect(status).toBe(400);
    expect(findings).toEqual([
      expect.objectContaining({ path: '/more', code: 'UNKNOWN_MEMBER' }),
      expect.objectContaining({ path: '/reason', code: 'INVALID_VALUE' }),
      expect.objectContaining({ path: '/scope', code: 'INVALID_VALUE' }),
    ]);
  });

  test('A query with an unknown, repeated or invalid member is refused.', async () => {
    for (const query of ['limit=0', 'limit=1001', 'limit=x', 'limit=1&limit=2', 'more=1', 'cursor=%00']) {
      const { status, json } = await hall.get('admin', `/wcp/receipts?${query}`);
      expect([query, status, json.code]).toEqual([query, 400, 'INVALID_QUERY']);
    }
  });
});

describe('rate limits', () => {
  test('Each principal has a limit of its own, and callers without a valid key have one by address.', async () => {
    const limited = await TestHall.open({ http: { requests_per_minute: 3 } });
    const statuses = async (person: 'tenant' | 'foreigner' | 'revoked') => {
      const answers = [];
      for (let index = 0; index < 5; index += 1) answers.push(await limited.get(person, '/wcp/log'));
      return answers.map(({ status, json }) => (status === 429 ? json.code : status));
    };
    expect(await statuses('tenant')).toEqual([200, 200, 200, 'RATE_LIMITED', 'RATE_LIMITED']);
    expect(await statuses('foreigner')).toEqual([200, 200, 200, 'RATE_LIMITED', 'RATE_LIMITED']);
    expect(await statuses('revoked')).toEqual([401, 401, 401, 'RATE_LIMITED', 'RATE_LIMITED']);
    await limited.close();
  });
});
