import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Level } from '../src/fixtures/schema/common.ts';
import { exitCode } from '../src/report/exit-code.ts';
import type { Counts } from '../src/report/schema/report.ts';
import { fixtures, PLAYERS, playAs } from './samples.ts';

const HELPERS = ['brain', 'player'];
const SHORT = { timeoutMs: 400, stopTimeoutMs: 400 };

/** Players that are honest, however strange they look. */
const HONEST = ['honest', 'split-line', 'carriage-return', 'other-words', 'noisy-stderr', 'leaves-a-child'];

/** Players that cheat in what they answer: the level that is left to them and the cases they fail. */
const CHEATS: readonly [name: string, level: Level | null, counts: Partial<Counts>, failed: string][] = [
  ['always-deny', null, { failed: 4 }, 'route/rule/dispatch'],
  ['always-dispatch', null, { failed: 6 }, 'route/fail-closed/unknown-capability'],
  ['worker-on-hold', 'basic', { failed: 1 }, 'route/hold/names-no-worker'],
  ['ignores-controls', 'basic', { failed: 2 }, 'controls/required/missing'],
  ['other-order', null, { failed: 3 }, 'controls/required/missing'],
  ['drops-members', null, { failed: 9 }, 'route/rule/dispatch'],
  ['adds-members', null, { failed: 9 }, 'route/rule/dispatch'],
  ['drifts', null, { failed: 9 }, 'route/rule/dispatch'],
  ['refuses-denials', null, { failed: 5 }, 'input/members/null'],
  ['echo', null, { passed: 0, failed: 15, errored: 2 }, 'route/rule/dispatch'],
  ['proto', null, { passed: 0, failed: 17 }, 'route/fail-closed/unknown-capability'],
  ['skips-all', null, { passed: 0, skipped: 17 }, 'route/rule/dispatch'],
  ['offers-nothing', null, { passed: 0, skipped: 17 }, 'route/rule/dispatch'],
  ['misspells-an-op', null, { passed: 15, skipped: 2 }, 'ids/check/blank'],
  ['errored-all', null, { passed: 0, errored: 17 }, 'route/rule/dispatch'],
  ['both-answers', null, { passed: 0, errored: 17 }, 'hash/canonical/twice'],
  ['extra-members', null, { passed: 0, errored: 17 }, 'route/rule/dispatch'],
];

/** Players that break the line protocol: what the sentence about their first case says. */
const BREAKERS: readonly [name: string, sentence: RegExp, options?: { timeoutMs: number }][] = [
  ['crash', /^The port ended with status 3\. One process serves all cases/],
  ['killed', /^The port was ended by the signal SIGSEGV\./],
  ['one-shot', /^After it had answered this case, the port ended with status 0\./],
  ['hang', /^The port gave no answer within 400 ms\./, SHORT],
  ['late', /^The port gave no answer within 400 ms\..*A late answer does not count/, SHORT],
  [
    'half-line',
    /^The port wrote half a line, without a newline: ".*", and then nothing for 400 ms\. .*flush/,
    SHORT,
  ],
  ['junk-before', /^The port wrote a line that is not JSON: "debug: decide"\..*Write logs to standard error/],
  ['junk-after', /^After it had answered this case, the port wrote a line that is not JSON: "done"/],
  ['blank-lines', /^The port wrote a line that is not JSON: ""/],
  ['twice', /^After it had answered this case, the port answered one request twice/],
  ['ahead', /^After it had answered this case, the port answered with a seq that was not sent/],
  ['wrong-seq', /^The port answered with a seq that was not sent/],
  ['text-seq', /^The port answered with a seq that was not sent/],
  ['same-name-twice', /^The port wrote a line that is not I-JSON/],
  ['deep', /^The port wrote a line that is not I-JSON/],
  ['not-utf8', /^The port wrote a line that is not UTF-8/],
  ['endless-line', /^The port wrote more than 16 MiB without a newline/],
  ['flood', /^After it had answered this case, the port answered with a seq that was not sent/],
  ['closes-stdout', /^The port closed its standard output/],
];

/** Players that do not get so far as a case: the sentence about them. */
const FALSE_STARTS: readonly [name: string, sentence: RegExp, startTimeoutMs?: number][] = [
  ['silent', /^The port wrote nothing within 1500 ms of "start"\. .*flush/, 1500],
  [
    'no-newline',
    /^The port wrote half a line, without a newline: "\{.*, and then nothing for 1500 ms\./,
    1500,
  ],
  [
    'half-start-exit',
    /^The port wrote half a line, without a newline: "\{"ok":tr", and ended with status 0\./,
  ],
  [
    'exits-at-once',
    /^The port ended with status 1 before it answered "start"; .*"ModuleNotFoundError: .*Start it by hand/,
  ],
  ['needs-env', /^The port ended with status 0 before it answered "start"\./],
  ['banner', /^The port wrote a line that is not JSON: "Welcome to the port!"\./],
  ['echo-lines', /^The port sent a malformed answer to "start": "ok" is not true\./],
  [
    'nameless',
    /^The port sent a malformed answer to "start": "implementation" is not an object\. Answer \{"ok":true/,
  ],
  ['lists-many-ops', /^The port sent a malformed answer to "start": "ops" has more than 1000 names\./],
  ['wrong-protocol', /^The port speaks protocol 2\. This referee speaks protocol 1/],
  ['wrong-revision', /^The port implements revision "0\.1"\./],
  ['refuses-start', /^The port refused to start: \{"ok":false,"error":"I speak protocol 0 only"\}/],
];

/** Players that are honest until the end comes. */
const BAD_ENDS: readonly [name: string, sentence: RegExp][] = [
  ['ignores-stop', /^The port did not end within 400 ms of "stop"\. End with status 0/],
  ['bad-stop-status', /^The port ended with status 7 after "stop"\. End with status 0/],
  ['says-goodbye', /^The port wrote a line that is not JSON: "bye"/],
];

test.concurrent.each(HONEST)('The player %s passes everything.', async (name) => {
  const report = await playAs(name);
  expect(report).toMatchObject({
    level: 'full',
    unexpected: 0,
    problems: [],
    totals: { cases: 17, passed: 17 },
  });
  expect(exitCode(report)).toBe(0);
});

test.concurrent.each(CHEATS)(
  'The player %s fails and reaches the conformance level %s.',
  async (name, level, counts, failed) => {
    const report = await playAs(name);
    expect(report).toMatchObject({ level, totals: counts });
    expect(report.cases.find(({ id }) => id === failed)?.status).not.toBe('passed');
    expect(exitCode(report)).toBe(1);
  },
);

test.concurrent.each(BREAKERS)(
  'The player %s passes nothing, and the report says why.',
  async (name, sentence, options = { timeoutMs: 10_000 }) => {
    const report = await playAs(name, { ...options, filter: 'route/*' });
    expect(report.cases[0]?.detail?.message).toMatch(sentence);
    expect(report).toMatchObject({ level: null, totals: { cases: 5, passed: 0, errored: 5 } });
    expect(exitCode(report)).toBe(1);
  },
);

test.concurrent.each(FALSE_STARTS)(
  'The player %s runs no case, and the report says why.',
  async (name, sentence, startTimeoutMs = 30_000) => {
    const report = await playAs(name, { startTimeoutMs });
    expect(report.problems).toHaveLength(1);
    expect(report.problems[0]?.message).toMatch(sentence);
    expect(report).toMatchObject({ level: null, implementation: null, totals: { passed: 0, errored: 17 } });
    expect(exitCode(report)).toBe(1);
  },
);

test.concurrent.each(BAD_ENDS)(
  'The player %s passes every case, and the run fails (WCP-11-20).',
  async (name, sentence) => {
    const report = await playAs(name, { stopTimeoutMs: 400 });
    expect(report.problems.map(({ message }) => message)).toEqual([expect.stringMatching(sentence)]);
    expect(report.totals.passed).toBe(17);
    expect(exitCode(report)).toBe(1);
  },
);

describe('a bad case among others', () => {
  test.concurrent('A crash is errored, and it never satisfies an expected denial.', async () => {
    const report = await playAs('crash-on-denial');
    const expected = new Map(fixtures.cases.map((item) => [item.id, JSON.stringify(item.expect)]));
    const denials = report.cases.filter(({ id }) => expected.get(id)?.includes('"DENY'));
    expect(denials.map(({ status }) => status)).toEqual(denials.map(() => 'errored'));
    expect(denials[0]?.detail?.message).toContain('its last error on standard error: "Error: cannot deny"');
    expect(report.totals).toMatchObject({ errored: denials.length, passed: 17 - denials.length });
  });

  test.concurrent('A hang is errored, even if the port ignores polite signals.', async () => {
    const report = await playAs('hang-once', { timeoutMs: 2000 });
    expect(report.cases.filter(({ status }) => status !== 'passed').map(({ id }) => id)).toEqual([
      'route/dry-run/says-so',
    ]);
    expect(report.level).toBe('basic');
  });

  test.concurrent('A port that always hangs is given up, and the other cases are not run.', async () => {
    const report = await playAs('hang', { timeoutMs: 50 });
    expect(report.problems.map(({ code }) => code)).toEqual(['gave_up']);
    expect(report.cases.filter(({ fault }) => fault === 'not_run')).toHaveLength(7);
    expect(report.not_run).toBe(7);
  });
});

test('Every player is in one of these lists.', () => {
  const tables = [...CHEATS, ...BREAKERS, ...FALSE_STARTS, ...BAD_ENDS].map(([name]) => name);
  const programs = readdirSync(PLAYERS).filter((file) => file.endsWith('.mjs'));
  const players = programs.map((file) => file.replace('.mjs', ''));
  const listed = [
    ...HELPERS,
    ...HONEST,
    ...tables,
    'crash-on-denial',
    'hang-once',
    'records',
    'without-a-key',
  ];
  expect(players.sort()).toEqual(listed.sort());
});
