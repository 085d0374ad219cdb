import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Compile } from 'typebox/compile';
import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Fixtures } from '../src/fixtures/conformance-case.ts';
import { exitCode } from '../src/report/exit-code.ts';
import { renderText } from '../src/report/render/render-text.ts';
import { ReportSchema } from '../src/report/schema/report.ts';
import { runConformance } from '../src/run-conformance.ts';
import { fixtures, PLAYERS, playAs, withoutTimes } from './samples.ts';

const scratch = mkdtempSync(join(tmpdir(), 'wcp-referee-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
const ReportCheck = Compile(ReportSchema);
const HONEST = join(PLAYERS, 'honest.mjs');

describe('what crosses to the port (WCP-11-21)', () => {
  test('A port reads start, run with given and input, and stop, but neither an expectation nor the id of a case.', async () => {
    const file = join(scratch, 'record.jsonl');
    await playAs('records', { env: { RECORD: file } });
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    const messages = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(messages[0]).toEqual({ cmd: 'start', protocol: 1, revision: '0.2' });
    expect(messages.at(-1)).toEqual({ cmd: 'stop' });
    const runs = messages.slice(1, -1);
    expect(new Set(runs.map((message) => Object.keys(message).join()))).toEqual(
      new Set(['cmd,seq,op,given,input']),
    );
    const seqs = runs.map(({ seq }) => seq as number);
    expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b));
    for (const { id } of fixtures.cases) expect(lines.join('\n')).not.toContain(id);
    expect(lines.join('\n')).not.toContain('never compared');
  });

  test('A decision is run twice, everything else once (WCP-11-44).', async () => {
    const file = join(scratch, 'twice.jsonl');
    await playAs('records', { env: { RECORD: file } });
    const decisions = fixtures.cases.filter(({ op }) => op === 'decide').length;
    const runs = readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line.includes('"cmd":"run"'));
    expect(runs).toHaveLength(fixtures.cases.length + decisions);
  });
});

describe('known failures', () => {
  const hold = { id: 'route/hold/names-no-worker', reason: 'holds are not done yet' };

  test('A listed failure is as expected and never counts as passed (WCP-11-11).', async () => {
    const report = await playAs('worker-on-hold', { knownFailures: [hold] });
    expect(exitCode(report)).toBe(0);
    expect(report).toMatchObject({
      level: 'basic',
      unexpected: 0,
      totals: { passed: 16, known: 1, failed: 0 },
    });
    expect(report.levels.standard).toMatchObject({ required: 11, passed: 10, reached: false });
  });

  test('A listed case that passes is itself a failure (WCP-11-46).', async () => {
    const report = await playAs('honest', { knownFailures: [hold] });
    expect(exitCode(report)).toBe(1);
    expect(report.known_failures).toEqual({ passing: [hold.id], unknown: [] });
    expect(report).toMatchObject({ level: 'basic', unexpected: 1, totals: { passed: 16, known: 1 } });
  });

  test('An id without a case is an error, and one that is merely not selected is not.', async () => {
    const gone = { id: 'route/hold/gone', reason: 'x' };
    const report = await playAs('honest', { knownFailures: [gone], filter: 'ids/' });
    expect(report).toMatchObject({ unexpected: 1, known_failures: { unknown: [gone.id] } });
    expect(exitCode(await playAs('honest', { knownFailures: [hold], filter: 'ids/' }))).toBe(0);
  });

  test('Listing a case twice is misuse.', async () => {
    await expect(playAs('honest', { knownFailures: [hold, hold] })).rejects.toMatchObject({
      code: 'ERR_WCP_CONFORMANCE',
    });
  });
});

describe('the conformance level of a run', () => {
  test('A run of one conformance level reports that level.', async () => {
    const report = await playAs('honest', { level: 'standard' });
    expect(report).toMatchObject({ level: 'standard', unexpected: 0, totals: { cases: 11 } });
  });

  test('A part of a level is not a level, even if all of it passed.', async () => {
    const report = await playAs('honest', { filter: 'route/' });
    expect(report).toMatchObject({ level: null, unexpected: 0 });
    expect(report.levels.basic).toMatchObject({ required: 7, passed: 3, reached: false });
  });
});

describe('a port that cannot be run', () => {
  const script = (name: string, text: string, mode: number) => {
    const file = join(scratch, name);
    writeFileSync(file, text);
    chmodSync(file, mode);
    return file;
  };

  test.each<[string, () => { command: string; cwd?: string }, RegExp]>([
    [
      'that is not there',
      () => ({ command: 'no-such-port-anywhere' }),
      /^The command "no-such-port-anywhere" was not found\. Check the spelling/,
    ],
    [
      'that is not executable',
      () => ({ command: script('port.sh', 'exit 0\n', 0o644) }),
      /is not executable\. Make it executable \(chmod \+x\)/,
    ],
    [
      'whose interpreter is missing',
      () => ({ command: script('port.x', '#!/no/such/interpreter\n', 0o755) }),
      /^The interpreter that .* names in its first line was not found/,
    ],
    [
      'in a folder that is not there',
      () => ({ command: process.execPath, cwd: '/no/such/folder' }),
      /^The folder "\/no\/such\/folder" does not exist/,
    ],
    ['without a name', () => ({ command: '' }), /^The command "" failed/],
    ['with a zero byte', () => ({ command: 'a\0b' }), /^The command "a\\u0000b" failed/],
  ])('A run reports a command %s.', async (_, launch, sentence) => {
    const report = await runConformance({ ...launch(), fixtures });
    expect(report.problems[0]?.message).toMatch(sentence);
    expect(report).toMatchObject({ level: null, totals: { passed: 0, errored: 17 } });
    expect(exitCode(report)).toBe(2);
    expect(ReportCheck.Check(report)).toBe(true);
  });
});

describe('the report', () => {
  const PLAYED = [
    'honest',
    'echo',
    'crash-on-denial',
    'junk-after',
    'one-shot',
    'twice',
    'ahead',
    'exits-at-once',
    'drifts',
  ];

  test.concurrent.each(PLAYED)(
    'The report of %s satisfies its schema and is the same in two runs, apart from times.',
    // They run at the same time, and so each takes as long as all.
    { timeout: 300_000 },
    async (name) => {
      const [first, second] = [await playAs(name), await playAs(name)];
      expect(ReportCheck.Errors(first)).toEqual([]);
      expect(withoutTimes(second)).toEqual(withoutTimes(first));
    },
  );

  test('The report is the same after a round trip through JSON.', async () => {
    const report = await playAs('echo');
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
    expect(report.fixtures).toEqual({ digest: fixtures.digest, cases: 17 });
    expect(report.implementation).toEqual({ name: 'player', language: 'JavaScript', version: '1.0.0' });
  });

  test('The report has the end of standard error, however long that was.', async () => {
    const { stderr_tail } = await playAs('noisy-stderr');
    expect(stderr_tail.length).toBe(8192);
    expect(stderr_tail.endsWith('red\n')).toBe(true);
  });

  test('The report says what was expected, what the port answered and where they differ.', async () => {
    const report = await playAs('worker-on-hold', { filter: 'route/hold' });
    expect(report.cases).toMatchObject([
      {
        id: 'route/hold/names-no-worker',
        status: 'failed',
        unexpected: true,
        fault: 'wrong_member',
        detail: {
          expected: { result: { worker_id: null } },
          got: { result: { worker_id: 'org.acme.doc-summarizer.prod-01' } },
          diff: [{ path: '/worker_id', expected: null, got: 'org.acme.doc-summarizer.prod-01' }],
        },
      },
    ]);
  });
});

describe('processes', () => {
  test('A port gets its working folder and its environment variables.', async () => {
    const report = await playAs('needs-env', { cwd: PLAYERS, env: { PLAYER_WORD: 'please' } });
    expect(report.level).toBe('full');
  });

  test('A port gets no variable that is meant for wcp, such as the key of a Hall.', async () => {
    vi.stubEnv('WCP_HALL_KEY', 'the key of whoever runs the referee');
    onTestFinished(() => void vi.unstubAllEnvs());
    expect((await playAs('without-a-key')).level).toBe('full');
  });

  test('A process that a port started and left behind is killed with it.', async () => {
    const { stderr_tail } = await playAs('leaves-a-child', { filter: 'ids/' });
    const pid = Number(/child (\d+)/.exec(stderr_tail)?.[1]);
    expect(pid).toBeGreaterThan(1);
    await expect.poll(() => isRunning(pid)).toBe(false);
  });
});

test('A run of 400 decisions, each run twice, is over within the time that a test has.', async () => {
  const many = manyCases(400);
  const report = await playAs('honest', { fixtures: many });
  expect(report.totals).toMatchObject({ cases: 400, passed: 400 });
});

function manyCases(count: number): Fixtures {
  const decisions = fixtures.cases.filter(({ op }) => op === 'decide');
  const cases = Array.from({ length: count }, (_, index) => {
    const item = decisions[index % decisions.length] as Fixtures['cases'][number];
    return { ...item, id: `${item.id}-${index}` };
  });
  return { ...fixtures, cases, required: { basic: [], standard: [], full: [] } };
}

/** A killed process that nobody has waited for yet still takes signals, so its state is read. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

describe('the time limits of a run', () => {
  test('A port that is slow to start passes with more time, and the report names the limits.', async () => {
    const slow = { args: ['--eval', `setTimeout(() => import(${JSON.stringify(HONEST)}), 700)`] };
    const short = await playAs('honest', { ...slow, startTimeoutMs: 300 });
    expect(short.problems.map(({ code }) => code)).toEqual(['start_silent']);
    expect(short.problems[0]?.message).toContain('--start-timeout');
    const long = await playAs('honest', { ...slow, startTimeoutMs: 30_000 });
    expect(long).toMatchObject({
      level: 'full',
      limits: { start_timeout_ms: 30_000, timeout_ms: 10_000, stop_timeout_ms: 5000 },
    });
  });

  test.each([0, -1, 1.5, Number.NaN, 86_400_001])('A limit of %s is misuse.', async (limit) => {
    for (const name of ['timeoutMs', 'startTimeoutMs', 'stopTimeoutMs']) {
      await expect(playAs('honest', { [name]: limit })).rejects.toMatchObject({
        code: 'ERR_WCP_CONFORMANCE',
      });
    }
  });
});

describe('the operations that a port lists', () => {
  test('An operation that does not exist is named, so that a misspelt one is found.', async () => {
    const report = await playAs('misspells-an-op');
    expect(report.unknown_ops).toEqual(['check-id']);
    expect(report.not_offered).toEqual({ check_id: 2 });
    expect(renderText(report)).toContain('The port lists operations that do not exist: "check-id".');
  });

  test('Thousands of them are a malformed start, so that no report grows with them.', async () => {
    const report = await playAs('lists-many-ops');
    expect(report.problems[0]?.message).toMatch(
      /^The port sent a malformed answer to "start": "ops" has more than 1000/,
    );
  });
});
