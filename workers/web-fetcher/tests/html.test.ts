import { describe, expect, test } from 'vitest';
import { readHtml } from '../src/content/read-html.ts';
import { tameHtml } from '../src/content/tame-html.ts';

const textOf = (html: string) => readHtml(html).text;

const ARTICLE = `<!DOCTYPE html><html lang=en><head><meta charset=utf-8><title>The lamp &amp; the sea | Cape Wren</title>
<script>var x = '<p>debris</p>'</script><style>p { content: "debris" }</style></head><body class="page">
<header><nav><a href="/">Debris</a><a href="/b">Debris</a></nav></header>
<article><h1>The lamp &amp; the sea</h1>
<p>The <a href="https://example.org/debris">lighthouse</a> at <b>Cape Wren</b> was built in 1871, after three ships were lost on the reef in a single winter. Its tower is forty metres high, and stands on a rock.</p>
<h2>The lamp</h2><p>The lamp was the pride of the keepers. Its lens, made in Paris,<br>was carried up the stairs in two hundred pieces.</p>
<ul><li>Oil in the morning<li>Glass at noon<ol><li>first<li>second</ol></ul>
<pre><code># light
if (a &lt; b) {
  lamp();
}
</code></pre>
<blockquote><p>Fog was worse than darkness.</p><p>Nobody slept.</p></blockquote>
<table><tr><th>year<th>event<tr><td>1871<td>built|made<tr><td>1986<td>automated</table>
<h3>Fog</h3><p>Use <code>horn.sound()</code> when the light&nbsp;cannot be seen. # no heading</p><p># neither</p><img src=x alt=debris>
</article><aside>Debris: <a href=x>boats</a></aside><footer>Debris</footer><script>debris()</script></body></html>`;

describe('readHtml', () => {
  test('An article becomes Markdown, without the page around it.', () => {
    expect(readHtml(ARTICLE)).toEqual({
      title: 'The lamp & the sea',
      text: `# The lamp & the sea

The lighthouse at Cape Wren was built in 1871, after three ships were lost on the reef in a single winter. Its tower is forty metres high, and stands on a rock.

## The lamp

The lamp was the pride of the keepers. Its lens, made in Paris,
was carried up the stairs in two hundred pieces.

- Oil in the morning
- Glass at noon
  1. first
  2. second

\`\`\`
# light
if (a < b) {
  lamp();
}
\`\`\`

> Fog was worse than darkness.
>
> Nobody slept.

| year | event |
| --- | --- |
| 1871 | built\\|made |
| 1986 | automated |

### Fog

Use \`horn.sound()\` when the light cannot be seen. # no heading

\\# neither`,
    });
  });

  test.each([
    ['', null, ''],
    ['hi', null, 'hi'],
    ['<p>a<p>b', null, 'a\n\nb'],
    ['<title>T</title>', 'T', '# T'],
    ['<title>T<p>never closed', null, ''],
    ['<h1>A</h1><p>b', 'A', '# A\n\nb'],
    ['<title> A\n b </title><h1>A b</h1><p>c', 'A b', '# A b\n\nc'],
    ['<svg><title>no</title></svg><title>yes</title><p>a', 'yes', '# yes\n\na'],
  ])('The text of the short page %j is kept.', (html, title, text) => {
    expect(readHtml(html)).toEqual({ title, text });
  });
});

describe('hostile HTML', () => {
  test.each([
    ['<p>a</p><script>debris</script><p>b', 'a\n\nb'],
    ['<p>a</p><script>debris', 'a'],
    ['<p>a</p><SCRIPT >debris</sCript\n>b', 'a\n\nb'],
    ['<p>a</p><script>"</scripty>debris</script>b', 'a\n\nb'],
    ['<p>a<!-- debris --> b<!-- debris', 'a b'],
    ['<p>a<!debris><?debris?> b', 'a b'],
    ['<p>a</p><noscript>debris</noscript><template>debris</template><svg><text>debris</svg>b', 'a\n\nb'],
    ['<p>a<svg>b', 'ab'],
    ['<p title="debris>">a', 'a'],
    ["<p title='debris>' x=debris>a", 'a'],
    ["<p title=it's>a</p><p title=it's>b", 'a\n\nb'],
    ['<p>a</p><p title="debris', 'a'],
    ['<p>a < b <3 &lt;c&gt; &amp;amp; </', 'a < b <3 <c> &amp; </'],
    ['<p>a</b></i></p></p>b', 'a\n\nb'],
    ['<p hidden>debris</p><p style="display: none">debris</p><p aria-hidden=true>debris</p><p>a', 'a'],
    ['<constructor>a</constructor><valueOf>b<__proto__>', 'ab<__proto__>'],
    ['<plaintext>a<p>b', 'a\n\nb'],
    ['<p>&lt;script>alert(1)&lt;/script>', '\\<script>alert(1)</script>'],
    ['<p>```<p>~~~<p>---<p>===<p>&gt; a<p>#a', '\\```\n\n\\~~~\n\n\\---\n\n\\===\n\n\\> a\n\n#a'],
    ['<pre>```\n# a\n```</pre>', '````\n```\n# a\n```\n````'],
    ['<code>a`b</code>', 'a`b'],
    ['<h1></h1><ul></ul><pre> </pre><table><tr><td></table><blockquote></blockquote>a', 'a'],
  ])('Only the text of %j is left.', (html, text) => {
    expect(textOf(html)).toBe(text);
  });

  test('HTML is made well-formed and of bounded depth before a parser reads it.', () => {
    const { body } = tameHtml(`${'<div class="a&quot;&lt;b" onclick=x>'.repeat(5000)}x</p></div>`);
    expect(body).toMatch(/^(?:<div class="a quot; lt;b">){100} *x(?:<\/div>){100}$/);
  });

  const times = (unit: string) => unit.repeat(Math.floor(30_000 / unit.length));
  test.each([
    '<div>',
    '<p>a',
    `${'<div>'.repeat(99)}x${'</div>'.repeat(99)}`,
    `${'<ul><li>x<br>'.repeat(40)}x${'</ul>'.repeat(40)}`,
    '<blockquote>x<br>x',
    '<',
    '<!--',
    '<a b="',
    '<br>',
    '<table><tr><td>',
    '<td>|',
    '&amp;',
    '&lt;',
    '</i>',
    '<pre>```</pre>',
    '<p style="display:none">x</p>',
  ])('30,000 characters of %j are read before the test has to end.', (unit) => {
    expect(textOf(times(unit)).length).toBeLessThan(60_000);
  });

  test.each([
    ['no-break spaces', `<p><b>x${'&nbsp; '.repeat(50_000)}</b>y`, 'x y'],
    ['spaces in code', `<pre>x${' \n'.repeat(200_000)}y</pre>`, `\`\`\`\nx${' \n'.repeat(50)}y\n\`\`\``],
  ])('Long runs of %s become short ones.', (_, html, text) => {
    expect(textOf(html)).toBe(text);
  });

  const nested = (names: readonly string[]) =>
    Array.from({ length: 90 }, (_, n) => `<${names[n % names.length]}>`).join('');
  const megabyte = (unit: string) => unit.repeat(Math.floor(1_000_000 / unit.length));
  test.each([
    ['paragraphs', ['blockquote'], '<p>x'],
    ['lines', ['ul', 'li'], 'x<br>'],
    ['words of code', ['div'], '<code>x</code>'],
    ['no-break spaces', ['div'], '\u00a0'],
    ['signs', ['div'], '>'],
  ])('A megabyte of %s, 90 elements deep in %j, is read before the test has to end.', (_, names, unit) => {
    expect(textOf(nested(names) + megabyte(unit)).length).toBeLessThan(10_000_000);
  });

  test('A page of a million fences, quotation marks or cells is read like any other.', () => {
    expect(textOf(`<pre>${'``` '.repeat(250_000)}</pre>`)).toMatch(/^````\n/);
    expect(textOf(`<table><tr>${'<td>x'.repeat(150_000)}</table>`)).toMatch(/^\| x \| x/);
  });
});
