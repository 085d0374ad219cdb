import { contextFor } from '@wcp/worker-kit/testing';
import { expect, test } from 'vitest';
import { worker } from '../src/index.ts';

const run = (request: object) => worker.execute(request, contextFor(worker));
const base64 = (content: string | Uint8Array) => Buffer.from(content as string).toString('base64');

test.each([
  ['data:,lamp', 'text/plain', 'lamp'],
  ['data:,%C3%A9', 'text/plain', 'é'],
  ['DATA:text/plain,a%20b#c', 'text/plain', 'a b'],
  ['data:text/plain;charset=utf-8;base64,w6k=', 'text/plain', 'é'],
  ['data:text/plain;charset=iso-8859-1,%E9', 'text/plain', 'é'],
  [`data:text/markdown;base64,${base64('# Lamp\n\nIt is lit.')}`, 'text/markdown', '# Lamp\n\nIt is lit.'],
  [`data:text/html;base64,${base64('<h1>Lamp</h1><p>It is lit.')}`, 'text/html', '# Lamp\n\nIt is lit.'],
  [`  data:text/plain;base64,${base64('lamp')}\n`, 'text/plain', 'lamp'],
])('The content of the data URL %j is read.', async (url, content_type, text) => {
  expect(await run({ url })).toMatchObject({ status: 'ok', result: { status: 200, content_type, text } });
});

test('The result names the data URL without its content.', async () => {
  const { result } = await run({ url: `data:text/markdown;base64,${base64('# Lamp')}` });
  expect(result).toEqual({
    url: 'data:text/markdown;base64,…',
    status: 200,
    content_type: 'text/markdown',
    title: 'Lamp',
    text: '# Lamp',
    format: 'markdown',
    encoding: 'utf-8',
    encoding_guessed: false,
    bytes: 6,
    redirects: [],
  });
});

test.each([
  ['data:', 'FETCH_INVALID_URL'],
  ['data:text/plain', 'FETCH_INVALID_URL'],
  ['data:text/plain;base64,%', 'FETCH_INVALID_URL'],
  ['data:image/png;base64,AAAA', 'FETCH_UNSUPPORTED_TYPE'],
  ['data:text/plain,%00', 'FETCH_UNSUPPORTED_TYPE'],
])('The data URL %j is denied.', async (url, code) => {
  expect(await run({ url })).toMatchObject({ status: 'denied', deny_reason: { code } });
});

test('A data URL of a megabyte is read, up to max_bytes.', async () => {
  const url = `data:text/plain;base64,${base64('x'.repeat(1_000_000))}`;
  expect(await run({ url })).toMatchObject({ result: { bytes: 1_000_000 } });
  expect(await run({ url, max_bytes: 999_999 })).toMatchObject({ deny_reason: { code: 'FETCH_TOO_LARGE' } });
  expect(await run({ url, max_bytes: 10 })).toMatchObject({ deny_reason: { code: 'FETCH_TOO_LARGE' } });
});
