import { describe, expect, test } from 'vitest';
import { readMarkdown } from '../src/index.ts';

const read = (text: string) => {
  const { blocks, plainText } = readMarkdown(text);
  return blocks.map(({ kind, level, depth, content }) => [kind, level || depth, plainText(content)]);
};

describe('readMarkdown', () => {
  test.each<[string, unknown[]]>([
    [
      '# A\n\nb\nc',
      [
        ['heading', 1, 'A'],
        ['paragraph', 0, 'b c'],
      ],
    ],
    ['A\n---\n', [['heading', 2, 'A']]],
    [
      '- a\n\n  b\n- [x] c',
      [
        ['item', 1, 'a'],
        ['paragraph', 1, 'b'],
        ['item', 1, 'c'],
      ],
    ],
    ['> - a', [['item', 2, 'a']]],
    [
      '```\n# a\n```\n\n    b',
      [
        ['code', 0, ''],
        ['code', 0, ''],
      ],
    ],
    ['| a |\n| - |\n| b |', [['table', 0, '']]],
    [
      '---\na: b\n---\n# c',
      [
        ['front-matter', 0, ''],
        ['heading', 1, 'c'],
      ],
    ],
    ['---\na\n---', [['heading', 2, 'a']]],
    ['***\n\n[a]: https://example.org/', []],
    [
      '<!-- a\n\nb -->\n\n<pre>\nc\n</pre>',
      [
        ['code', 0, ''],
        ['code', 0, ''],
      ],
    ],
    ['<div>\na &amp; b</div>', [['paragraph', 0, 'a & b']]],
    ['', []],
  ])('The text %j has the blocks of CommonMark.', (text, blocks) => {
    expect(read(text)).toEqual(blocks);
  });

  test.each([
    ['*a* **b** ~~c~~ `d`', 'a b c d'],
    ['[a](https://example.org/ "b") ![c](d.png)', 'a'],
    ['[a][r]\n\n[r]: https://example.org/', 'a'],
    ['a <https://example.org/> b', 'a  b'],
    ['a\\*b &lt; c', 'a*b < c'],
    ['a <b>b</b> <script>c</script> <style>d</style> </script> e', 'a b    e'],
  ])('The plain text of %j has no markup.', (text, plain) => {
    const { blocks, plainText } = readMarkdown(text);
    expect(plainText(blocks[0]?.content ?? '')).toBe(plain);
  });

  test('Each block has its place, whatever ends a line.', () => {
    const text = '\ufeff---\r\na: b\r\n---\r\n# A\r\rb\n\n- c\r\n';
    expect(readMarkdown(text).blocks.map(({ start, end }) => text.slice(start, end))).toEqual([
      '\ufeff---\r\na: b\r\n---\r\n',
      '# A\r',
      'b\n',
      '- c\r\n',
    ]);
  });

  test.each(['x', '*a', '**', '[](', '[', '<a', '<!--', '> ', '- ', '|a|b\n', '~~~\n', '\\*', '- a\n', '`'])(
    '300,000 characters of %j are read within the time that a test has.',
    (unit) => {
      const { blocks, plainText } = readMarkdown(unit.repeat(300_000 / unit.length));
      for (const { content } of blocks) expect(plainText(content).length).toBeLessThanOrEqual(300_000);
    },
  );
});
