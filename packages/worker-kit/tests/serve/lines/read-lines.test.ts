import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type InputLine, readInputLines } from '../../../src/serve/lines/read-lines.ts';

async function linesOf(chunks: readonly Uint8Array[]): Promise<InputLine[]> {
  const lines: InputLine[] = [];
  for await (const line of readInputLines(
    (async function* () {
      yield* chunks;
    })(),
  ))
    lines.push(line);
  return lines;
}

test('The lines do not depend on how the bytes are chunked.', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom('a', 'é', '😀', '\n', '\r', '\ufeff')),
      fc.integer({ min: 1, max: 5 }),
      async (characters, size) => {
        const text = characters.join('');
        const bytes = Buffer.from(text);
        const chunks = [];
        for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
        const expected = text.split('\n');
        if (expected.at(-1) === '') expected.pop();
        expect(await linesOf(chunks)).toEqual(expected.map((line) => ({ kind: 'line', text: line })));
      },
    ),
  );
});

test('A line that is not UTF-8 is reported, and the next one is read.', async () => {
  expect(await linesOf([Buffer.from([0xc3, 0x0a, 0x61, 0x0a])])).toEqual([
    { kind: 'not-utf8' },
    { kind: 'line', text: 'a' },
  ]);
});
