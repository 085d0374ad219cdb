import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MessageTooLarge, readEventStream, type StreamMessage } from '../src/wire/event-stream.ts';

async function* chunksOf(chunks: readonly string[]): AsyncGenerator<string> {
  yield* chunks;
}

async function read(chunks: readonly string[], max_length = 10_000): Promise<StreamMessage[]> {
  const messages: StreamMessage[] = [];
  for await (const message of readEventStream(chunksOf(chunks), max_length)) messages.push(message);
  return messages;
}

/** A text cut at any places. */
const cut = (text: string) =>
  fc
    .array(fc.nat(text.length), { maxLength: 20 })
    .map((places) => [0, ...places.toSorted((a, b) => a - b), text.length])
    .map((places) => places.slice(1).map((end, index) => text.slice(places[index], end)));

const line = fc.string({ unit: 'grapheme', maxLength: 20 }).map((text) => text.replaceAll(/[\r\n]/g, ''));

test('A stream is read alike wherever it is cut, with any ends of lines.', async () => {
  const stream = fc
    .tuple(
      fc.array(fc.tuple(line, fc.array(line, { minLength: 1, maxLength: 3 }))),
      fc.constantFrom('\n', '\r\n', '\r'),
    )
    .map(([messages, end]) => ({
      expected: messages.map(([id, data]) => ({ name: id, id, data: data.join('\n'), retry_ms: null })),
      text: messages
        .map(([id, data]) =>
          [`event: ${id}`, `id: ${id}`, ...data.map((one) => `data: ${one}`), '', ''].join(end),
        )
        .join(''),
    }));
  const cutStream = stream.chain(({ text, expected }) => cut(text).map((chunks) => ({ chunks, expected })));
  await fc.assert(
    fc.asyncProperty(cutStream, async ({ chunks, expected }) => {
      expect(await read(chunks)).toEqual(expected);
    }),
  );
});

test('No text makes the reader fail, but one message beyond the limit.', async () => {
  const noise = fc.array(fc.string({ unit: fc.constantFrom('d', 'a', 't', ':', ' ', '\r', '\n', 'é') }));
  await fc.assert(fc.asyncProperty(noise, async (chunks) => void (await read(chunks, 1_000_000))));
  await expect(read(['data: ', 'x'.repeat(200)], 100)).rejects.toBeInstanceOf(MessageTooLarge);
});

test('Comments carry nothing, and a message that breaks off is dropped.', async () => {
  expect(await read([': hello\n\nretry: 250\n\nid: 1\ndata: a\n\ndata: b\n'])).toEqual([
    { name: null, id: null, data: null, retry_ms: null },
    { name: null, id: null, data: null, retry_ms: 250 },
    { name: null, id: '1', data: 'a', retry_ms: null },
  ]);
});
