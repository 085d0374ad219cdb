import { describe, expect, test } from 'vitest';
import { renderJUnit } from '../../src/report/render/render-junit.ts';
import { renderMarkdown } from '../../src/report/render/render-markdown.ts';
import { renderText } from '../../src/report/render/render-text.ts';
import type { Answer } from '../../src/runner/read-answer.ts';
import { fixtures, playAs, reportOf } from '../samples.ts';

const DENIED = 'route/fail-closed/unknown-capability';
const DISPATCHED = 'route/rule/dispatch';
const REFUSED = 'hash/canonical/twice';
const SORTED = 'receipts/findings/order';

const honest: Answer = { type: 'skipped', reason: 'not asked' };
const result = (members: Record<string, unknown>): Answer => ({ type: 'result', result: members });
const denial = (code: string, more: object = {}) =>
  result({ outcome: 'DENY', denied: true, deny_code: code, worker_id: null, ...more });

/** A fault, the case that shows it, the answer, its code, and what must stand beside each other. */
const FAULTS: readonly [
  what: string,
  id: string,
  answer: Answer,
  fault: string,
  expected: string,
  got: string,
][] = [
  [
    'another outcome',
    DENIED,
    result({ outcome: 'DISPATCH', denied: false, deny_code: null, worker_id: 'org.acme.w.a' }),
    'not_a_decision',
    'DENY, DENY_NO_MATCHING_RULE (step 8)',
    'DISPATCH, worker org.acme.w.a',
  ],
  [
    'another code, with the reasons why candidates were skipped',
    DENIED,
    denial('DENY_NO_AVAILABLE_WORKER', {
      candidate_workers_ranked: [{ worker_species_id: 'wrk.doc.summarizer', skip_reason: 'env_not_allowed' }],
    }),
    'not_a_decision',
    'DENY, DENY_NO_MATCHING_RULE (step 8)',
    'DENY, DENY_NO_AVAILABLE_WORKER (step 9), skipped [wrk.doc.summarizer: env_not_allowed]',
  ],
  [
    'a denial with its reason in the words of the port',
    DISPATCHED,
    denial('DENY_INVALID_INPUT', {
      deny_reason_if_denied: {
        code: 'DENY_INVALID_INPUT',
        message: 'no such env',
        findings: [{ path: '/env', code: 'NOT_LISTED', message: 'x' }],
      },
    }),
    'not_a_decision',
    'DISPATCH, worker org.acme.doc-summarizer.prod-01',
    'DENY, DENY_INVALID_INPUT (step 1), findings [/env NOT_LISTED], message "no such env"',
  ],
  [
    'a code that is none',
    DENIED,
    denial('DENY_BY_ME'),
    'not_a_decision',
    'DENY, DENY_NO_MATCHING_RULE (step 8)',
    'DENY, DENY_BY_ME (not a deny code of the text)',
  ],
  [
    'an error instead of a result',
    DISPATCHED,
    { type: 'error', code: 'KABOOM' },
    'error_instead_of_result',
    'DISPATCH, worker org.acme.doc-summarizer.prod-01',
    'the error "KABOOM"',
  ],
  [
    'a result instead of an error',
    REFUSED,
    result({ canonical: '{}', sha256: 'sha256:00' }),
    'result_instead_of_error',
    'the error CANONICAL_JSON_INVALID',
    '{"canonical":"{}","sha256":"sha256:00"}',
  ],
  [
    'another error',
    REFUSED,
    { type: 'error', code: 'PACKAGE_INVALID' },
    'wrong_code',
    'the error CANONICAL_JSON_INVALID',
    'the error "PACKAGE_INVALID"',
  ],
  [
    'another member',
    'ids/check/blank',
    result({ valid: true, kind: null, authority: null }),
    'wrong_member',
    '{"valid":false,"kind":null,"authority":null}',
    '{"valid":true,"kind":null,"authority":null}',
  ],
  [
    'a skip with its reason',
    DISPATCHED,
    { type: 'skipped', reason: 'gates come next' },
    'skipped',
    'DISPATCH, worker org.acme.doc-summarizer.prod-01',
    'skipped, with the reason "gates come next"',
  ],
  [
    'an error of the port with its message',
    DISPATCHED,
    { type: 'errored', message: 'KeyError: env' },
    'errored',
    'DISPATCH, worker org.acme.doc-summarizer.prod-01',
    'errored, with the message "KeyError: env"',
  ],
];

describe('what came stands beside what was expected', () => {
  test.each(FAULTS)('The reports tell %s.', (_, id, answer, fault, expected, got) => {
    const report = reportOf((item) => (item.id === id ? answer : honest));
    const found = report.cases.find((item) => item.id === id);
    expect(found).toMatchObject({ fault, detail: { cause: { expected, got } } });
    expect(renderText(report)).toContain(`expected  ${expected}\n      got       ${got}\n`);
    expect(renderMarkdown(report)).toContain(`expected: \`${expected}\`\n  - got: \`${got}\``);
    const xml = renderJUnit(report).replaceAll('&quot;', '"');
    expect(xml).toContain(id);
    if (fault !== 'skipped') expect(xml).toContain(`expected: ${expected}\ngot: ${got}`);
  });

  test('The reports tell a difference in the order of a list from one in its items.', () => {
    const item = fixtures.cases.find(({ id }) => id === SORTED);
    const expected = (item as unknown as { expect: { result: { findings: unknown[] } } }).expect.result;
    const reversed = { ...expected, findings: expected.findings.toReversed() };
    const report = reportOf(({ id }) => (id === SORTED ? result(reversed) : honest));
    expect(report.cases.find(({ id }) => id === SORTED)).toMatchObject({
      fault: 'wrong_order',
      detail: { diff: [{ path: '/findings', kind: 'order' }] },
    });
    expect(renderText(report)).toContain('at /findings  the same items in another order: expected [{');
    expect(renderText(report)).toContain('The items are right, and their order is not (WCP-11-41).');
  });

  const BREAKERS: readonly [name: string, fault: string, got: RegExp][] = [
    ['junk-before', 'not_json', /^no answer: the port wrote a line that is not JSON: "debug: decide"$/],
    ['hang', 'silent', /^no answer: the port gave no answer within 300 ms$/],
    ['crash', 'exited', /^no answer: the port ended with status 3/],
    ['twice', 'answered_twice', /^an answer, and after it the port answered one request twice$/],
    [
      'both-answers',
      'answer_malformed',
      /^an answer that cannot be read: the port answered with the members /,
    ],
  ];

  test.concurrent.each(BREAKERS)(
    'The report of %s tells what came instead of an answer.',
    async (name, fault, got) => {
      const timeoutMs = name === 'hang' ? 300 : 10_000;
      const report = await playAs(name, { timeoutMs, filter: DENIED });
      expect(report.cases).toMatchObject([
        {
          fault,
          detail: {
            cause: { expected: 'DENY, DENY_NO_MATCHING_RULE (step 8)', got: expect.stringMatching(got) },
          },
        },
      ]);
      expect(renderText(report)).toContain('expected  DENY, DENY_NO_MATCHING_RULE (step 8)\n');
    },
  );

  test('An answer that changes when it is repeated stands beside the first one.', async () => {
    const report = await playAs('drifts', { filter: DISPATCHED });
    const [found] = report.cases;
    expect(found?.fault).toBe('changed_when_repeated');
    expect(found?.detail?.cause.expected).toMatch(/^the first answer again: DISPATCH, worker /);
    expect(found?.detail?.cause.got).toMatch(/^DISPATCH, worker /);
    expect(found?.detail?.diff).toHaveLength(1);
  });
});
