import { describe, expect, test } from 'vitest';
import { html, visibleText } from '../../src/page/html.ts';
import { printJson } from '../../src/page/print-json.ts';

describe('visibleText', () => {
  test('Characters that turn the direction of writing or have no width are written out.', () => {
    const hidden = '\u061c\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff';
    const written = [...hidden]
      .map((sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join('');
    expect(visibleText(`a${hidden}b`)).toBe(`a${written}b`);
  });

  test('Controls, lone surrogates, private characters and tags are written out.', () => {
    expect(visibleText('\0\u001b\r\u0085\ud800x\ue000\u{e0041}\u2028\u3164')).toBe(
      '\\u0000\\u001b\\u000d\\u0085\\ud800x\\ue000\\udb40\\udc41\\u2028\\u3164',
    );
  });

  test('Visible text is not changed.', () => {
    const text = 'Zażółć gęślą jaźń\n\tשלום 你好 😀 "<&>"';
    expect(visibleText(text)).toBe(text);
  });

  test('A tenant’s text stays text wherever it is put into HTML.', () => {
    const evil = `"><script>alert('x')</script>&amp;\u202e`;
    const written = '&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;amp;\\u202e';
    expect(html`<p title="${evil}">${[evil]}${html`<b>${evil}</b>`}</p>`.text).toBe(
      `<p title="${written}">${written}<b>${written}</b></p>`,
    );
  });
});

describe('printJson', () => {
  const print = (value: unknown, limits = { depth: 3, lines: 8, text: 10, all: 500 }) => {
    const { lines, isCut } = printJson(value, limits);
    return { text: lines.text.replaceAll(/<\/?(?:bdi|b)\b[^>]*>/g, ''), isCut };
  };

  test('JSON is indented, and each text is isolated.', () => {
    expect(print({ a: [1, true, null, {}], '<b>': '\u202e"' })).toEqual({
      text: '{\n  &quot;a&quot;: [\n    1,\n    true,\n    null,\n    {}\n  ],\n  &quot;&lt;b&gt;&quot;: &quot;\\u202e\\&quot;&quot;\n}\n',
      isCut: false,
    });
    expect(printJson('x').lines.text).toBe('<bdi class="text">&quot;x&quot;</bdi>\n');
  });

  test('A text that is too long is cut with a mark.', () => {
    expect(print('x'.repeat(12))).toEqual({
      text: `&quot;${'x'.repeat(10)}&quot;<mark>… 2 more characters</mark>\n`,
      isCut: true,
    });
    expect(print({ ['k'.repeat(11)]: 1 }).isCut).toBe(true);
  });

  test('A value with too many members is cut with a mark.', () => {
    const { text, isCut } = print(Array.from({ length: 1_000_000 }, () => 0));
    expect([isCut, text.split('\n').length]).toEqual([true, 11]);
    expect(text).toContain('<mark>… 999993 more</mark>');
  });

  test('A value that is too deep is cut with a mark.', () => {
    const deep = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`);
    expect(print(deep)).toEqual({
      text: '[\n  [\n    [\n      [ <mark>… nested too deeply to show</mark> ]\n    ]\n  ]\n]\n',
      isCut: true,
    });
  });

  test('No value prints more than a page can hold.', () => {
    const wide = Object.fromEntries(
      Array.from({ length: 1000 }, (_, n) => [`${n}${'k'.repeat(5000)}`, 'v'.repeat(5000)]),
    );
    const { lines, isCut } = printJson({ wide, more: wide });
    expect(isCut).toBe(true);
    expect(lines.text.length).toBeLessThan(50_000);
  });
});
