import { describe, expect, test } from 'vitest';
import { renderBadge, renderBadgeSvg } from '../../../src/report/render/render-badge.ts';
import { renderJson } from '../../../src/report/render/render-json.ts';
import { renderJUnit } from '../../../src/report/render/render-junit.ts';
import { renderMarkdown } from '../../../src/report/render/render-markdown.ts';
import { renderText } from '../../../src/report/render/render-text.ts';
import type { ConformanceReport } from '../../../src/report/schema/report.ts';
import { playAs } from '../../samples.ts';

const HOSTILE = ']]></failure><script>alert("1")</script> & | `x` \u0000\u001b[31m \ud800 [a](http://b)';
const honest = await playAs('honest');
const hold = await playAs('worker-on-hold');

/** A report in which the port chose every text that it may choose. */
const hostile: ConformanceReport = {
  ...hold,
  implementation: { name: HOSTILE, language: HOSTILE, version: HOSTILE },
  problems: [{ code: 'start_refused', message: HOSTILE }],
  cases: hold.cases.map((item, index) => ({
    ...item,
    status: index % 2 === 0 ? 'errored' : 'failed',
    fault: 'wrong_member',
    unexpected: true,
    detail: {
      title: 'a title',
      level: 'basic',
      requirements: ['WCP-2-1'],
      op: 'decide',
      message: HOSTILE,
      cause: { expected: HOSTILE, got: HOSTILE },
      expected: null,
      got: { result: { [HOSTILE]: HOSTILE } },
      diff: [
        { path: `/${HOSTILE}`, expected: 1, got: HOSTILE },
        { path: `/${HOSTILE}`, kind: 'order', expected: [HOSTILE], got: [HOSTILE] },
        { path: `/${HOSTILE}`, kind: 'items', got: [HOSTILE] },
      ],
      diff_left_out: 0,
    },
  })),
  unknown_ops: [HOSTILE],
  selection: { level: null, filter: HOSTILE },
  statements: hold.statements.map((found) => ({
    ...found,
    grouped: 17,
    examples: hold.cases.map(({ id }) => id),
  })),
};

describe('JUnit', () => {
  test('The JUnit report has a suite for each area and a case for each case.', () => {
    const xml = renderJUnit(hold);
    expect(xml.match(/<testsuite /g)).toHaveLength(8);
    expect(xml.match(/<testcase /g)).toHaveLength(17);
    expect(xml).toContain('<testsuite name="route" tests="5" failures="1" errors="0" skipped="0">');
    expect(xml).toContain(
      '<failure message="The result differs from what is expected." type="wrong_member">',
    );
  });

  test('The JUnit report is well-formed whatever the port wrote.', () => {
    const xml = renderJUnit(hostile);
    expect(xml).not.toMatch(/<script|[^\t\n\u0020-\ud7ff\ue000-\ufffd]/);
    expect(tagsOf(xml)).toEqual([]);
  });

  test('The JUnit report counts a skipped case and a known failure as skipped, and a known failure that passes as failed.', async () => {
    const id = 'ids/check/blank';
    const known = { knownFailures: [{ id, reason: 'old <library>' }], filter: 'ids/' };
    expect(renderJUnit(await playAs('skips-all', known))).toContain(
      '<skipped message="Known failure: old &lt;library&gt;">',
    );
    expect(renderJUnit(await playAs('honest', known))).toContain(
      '<failure message="It passes although it is listed as a known failure',
    );
  });

  test('The JUnit report has a suite for what is wrong with the port as a whole.', async () => {
    const xml = renderJUnit(await playAs('exits-at-once'));
    expect(xml).toContain('<testcase classname="port" name="start_exited">');
  });
});

describe('Markdown', () => {
  test('The Markdown report states the conformance level, the digest and the counts.', () => {
    const page = renderMarkdown(honest);
    expect(page).toContain('# player 1.0.0 (JavaScript): WCP-Full');
    expect(page).toContain(
      `Revision 0.2, fixtures \`${honest.fixtures.digest}\`. 17 of 17 cases passed (17 in all), 0 unexpected.`,
    );
    expect(page).toContain('| WCP-Standard | 11 | 11 | yes |');
    expect(page).not.toContain('## ');
  });

  test('The Markdown report names each unexpected case with its differences.', () => {
    const page = renderMarkdown(hold);
    expect(page).toContain(
      '- `route/hold/names-no-worker`: **failed** (`wrong_member`). a rule that asks for a human',
    );
    expect(page).toContain('  - at /worker_id: `expected null, got "org.acme.doc-summarizer.prod-01"`');
  });

  test('The Markdown report never turns a text of the port into markup.', () => {
    const page = renderMarkdown(hostile);
    expect(page.match(/script/g)?.length).toBeGreaterThan(17);
    expect(withoutCode(page)).not.toMatch(/<script|\[a\]\(|`/);
    expect(page).not.toMatch(/[\u0000-\u0009\u000b-\u001f\ud800-\udfff]/);
    const rows = page.split('\n').filter((line) => line.startsWith('|'));
    expect(rows).toHaveLength(2 + 3 + 2 + 8);
  });

  test('The Markdown report states a problem once, not again for each case that was not run.', async () => {
    const page = renderMarkdown(await playAs('exits-at-once'));
    expect(page.match(/ModuleNotFoundError/g)).toHaveLength(1);
    expect(page).toContain('17 cases were not run.');
  });

  test('The Markdown report lists known failures with their reasons, and those that pass or do not exist as unexpected.', async () => {
    const listed = (name: string, id: string) =>
      playAs(name, { knownFailures: [{ id, reason: 'not done' }], filter: 'route/' });
    const page = renderMarkdown(await listed('worker-on-hold', 'route/hold/names-no-worker'));
    expect(page).toContain('| `route/hold/names-no-worker` | failed | not done |');
    expect(renderMarkdown(await listed('honest', 'route/rule/dispatch'))).toContain(
      '- route/rule/dispatch passed, and it is listed as a known failure (not done).',
    );
    expect(renderMarkdown(await listed('honest', 'route/rule/gone'))).toContain(
      '- route/rule/gone is listed as a known failure, but there is no such case.',
    );
  });
});

describe('a terminal', () => {
  test('The terminal shows no entity and no markup, and what a port wrote as it is.', async () => {
    const text = renderText(hostile);
    expect(text).not.toMatch(/&#?[a-z0-9]+;|^#|\*\*/m);
    expect(text).toContain(']]></failure><script>alert("1")</script> & | `x` \\u0000\\u001b[31m');
  });

  test('No control character of a port reaches the terminal.', () => {
    const controls = '\u001b]0;owned\u0007\u009b31m\r\n\u202e\u2066\u200b\ufeff\u{e0041}\u2028\ud800\u007f';
    const played = hostile.cases.map((item) => ({ ...item, known_failure: controls }));
    const text = renderText({
      ...hostile,
      implementation: { name: controls, language: controls, version: controls },
      problems: [{ code: 'start_refused', message: controls }],
      unknown_ops: [controls],
      selection: { level: null, filter: controls },
      cases: played,
    });
    expect(text).toContain('\\u001b]0;owned\\u0007');
    expect(text).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
  });

  test('The terminal ends with the counts, and says how to see one case.', () => {
    expect(renderText(hold)).toMatch(
      /16 of 17 cases passed \(17 in all\), 1 unexpected\.\n.*conformance show <id>\.\n$/,
    );
    expect(renderText(honest)).toMatch(/17 of 17 cases passed \(17 in all\), 0 unexpected\.\n$/);
  });
});

describe('JSON', () => {
  test('The JSON report is the report, one case a line, with no character that controls a terminal.', () => {
    const text = renderJson(hostile);
    expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(hostile)));
    expect(text).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
    for (const { id } of hostile.cases) expect(text).toContain(`\n    {"id":"${id}",`);
  });
});

describe('the badge', () => {
  test.each([
    [null, 'no level'],
    ['basic', 'WCP-Basic'],
    ['standard', 'WCP-Standard'],
    ['full', 'WCP-Full'],
  ] as const)('The badge of %s says %s.', (level, message) => {
    expect(renderBadge({ revision: '0.2', level })).toMatchObject({
      schemaVersion: 1,
      label: 'conformance 0.2',
      message,
    });
    const svg = renderBadgeSvg({ revision: '0.2', level });
    expect(svg).toContain(`>${message}</text>`);
    expect(tagsOf(svg)).toEqual([]);
  });
});

/** A page without its code spans: a fence of backticks up to the next of the same length. */
function withoutCode(page: string): string {
  return page.replaceAll(/(?<!`)(`+)(?!`)[^\n]*?(?<!`)\1(?!`)/g, '');
}

/** The elements that are still open at the end of an XML text. Good enough for texts without comments. */
function tagsOf(xml: string): string[] {
  const open: string[] = [];
  for (const [, slash, name, self] of xml.matchAll(/<(\/?)([a-z]+)(?:\s[a-zA-Z:-]+="[^"<]*")*\s*(\/?)>/g)) {
    if (slash === '/') expect(open.pop()).toBe(name);
    else if (self !== '/') open.push(name ?? '');
  }
  expect(xml.match(/</g)?.length).toBe([...xml.matchAll(/<\/?[a-z][^<>]*>|<\?xml[^<>]*\?>/g)].length);
  return open;
}
