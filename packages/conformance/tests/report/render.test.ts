import { describe, expect, test } from 'vitest';
import { renderBadge, renderBadgeSvg } from '../../src/report/render-badge.ts';
import { renderJUnit } from '../../src/report/render-junit.ts';
import { renderMarkdown } from '../../src/report/render-markdown.ts';
import type { ConformanceReport } from '../../src/report/schema/report.ts';
import { playAs } from '../samples.ts';

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
    unexpected: true,
    message: HOSTILE,
    got: { result: { [HOSTILE]: HOSTILE } },
    diff: [{ path: '/x', expected: 1, got: HOSTILE }],
  })),
};

describe('JUnit', () => {
  test('The JUnit report has a suite for each area and a case for each case.', () => {
    const xml = renderJUnit(hold);
    expect(xml.match(/<testsuite /g)).toHaveLength(8);
    expect(xml.match(/<testcase /g)).toHaveLength(17);
    expect(xml).toContain('<testsuite name="route" tests="5" failures="1" errors="0" skipped="0">');
    expect(xml).toContain('<failure message="The result differs from what is expected.">');
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

  test('The Markdown report names each unexpected case with its first difference.', () => {
    const page = renderMarkdown(hold);
    expect(page).toContain(
      '- `route/hold/names-no-worker` (WCP-5.15-1: a rule that asks for a human holds): **failed**.',
    );
    expect(page).toContain('At `/worker_id`: expected null, got "org.acme.doc-summarizer.prod-01".');
  });

  test('The Markdown report never turns a text of the port into markup.', () => {
    const page = renderMarkdown(hostile);
    expect(page).not.toMatch(/<script|\[a\]\(|`x`|\u001b|\u0000/);
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
      '**passed**. It is listed as a known failure (not done).',
    );
    expect(renderMarkdown(await listed('honest', 'route/rule/gone'))).toContain(
      '`route/rule/gone` is listed as a known failure, but there is no such case.',
    );
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
