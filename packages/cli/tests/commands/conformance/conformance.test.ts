import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ConformanceReport } from '@wcp/conformance';
import { describe, expect, test } from 'vitest';
import { scratch, wcp, wcpProcess } from '../../support/support.ts';
import { SELF, testSameReport } from './same-report.case.ts';

const CHEAT = join(import.meta.dirname, '../../support/cheat.mjs');

/** Runs a port by the command, as its users do. */
async function runByCommand(port: readonly string[], options: readonly string[] = []) {
  const file = join(scratch(), 'report.json');
  const { code, out } = await wcp(['conformance', 'run', '--report', file, ...options, '--', ...port]);
  return { code, out, report: JSON.parse(readFileSync(file, 'utf8')) as ConformanceReport };
}

describe.concurrent('this implementation under the referee', () => {
  test('This implementation passes every case and reaches WCP-Full.', async () => {
    const { code, out, report } = await runByCommand(SELF);
    expect(report.unexpected, out.slice(0, 4000)).toBe(0);
    expect(code).toBe(0);
    expect(out).toContain('WCP-Full');
    expect(report.cases.every(({ status }) => status === 'passed')).toBe(true);
    expect(report.cases.length).toBeGreaterThanOrEqual(400);
  }, 300_000);

  testSameReport('route/*');
});

describe('wcp conformance', () => {
  test('The command conformance run exits 1 if a port fails a case.', async () => {
    const { code, out } = await runByCommand(
      [process.execPath, CHEAT, 'drops-telemetry'],
      ['--filter', 'telemetry/*'],
    );
    expect(out).toMatch(/[1-9][0-9]* unexpected/);
    expect(code).toBe(1);
  });

  test('The terminal shows causes by statement without markup, and each file has the escapes of its own format.', async () => {
    const dir = scratch();
    const files = ['report.json', 'junit.xml', 'report.md'].map((name) => join(dir, name));
    const [json = '', junit = '', markdown = ''] = files;
    const options = ['--filter', 'telemetry/*', '--report', json, '--junit', junit, '--markdown', markdown];
    const port = [process.execPath, CHEAT, 'drops-telemetry'];
    const { out } = await wcp(['conformance', 'run', ...options, '--', ...port]);
    expect(out).toMatch(/^WCP-[0-9.]+-[0-9]+: [0-9]+ of [0-9]+ cases? unexpected\. [0-9a-z-]+\.md, "/m);
    expect(out).toMatch(
      /^ {6}expected {2}DISPATCH\n {6}got {7}DISPATCH\n {6}at \/telemetry_envelopes {2}missing /m,
    );
    expect(out).not.toMatch(/&#?[a-z0-9]+;|^#|\| ---/m);
    expect(JSON.parse(readFileSync(json, 'utf8'))).toMatchObject({
      report_version: 2,
      left_out: { cases: 0 },
    });
    expect(readFileSync(junit, 'utf8')).toContain('<property name="left_out" value="0"/>');
    expect(readFileSync(markdown, 'utf8')).toMatch(/^### WCP-/m);
  });

  test('The time limits are options, whole numbers of milliseconds.', async () => {
    const run = (...options: string[]) =>
      runByCommand(SELF, ['--filter', 'ids/examples/control', ...options]);
    const { report } = await run('--timeout', '40000', '--start-timeout', '50000', '--stop-timeout', '60000');
    expect(report.limits).toEqual({ timeout_ms: 40_000, start_timeout_ms: 50_000, stop_timeout_ms: 60_000 });
    const wrong = [
      ['--timeout', 'abc'],
      ['--timeout', '0'],
      ['--start-timeout', '1.5'],
      ['--stop-timeout', '86400001'],
    ] as const;
    for (const [option, value] of wrong) {
      const { code, err } = await wcp(['conformance', 'run', option, value, '--', ...SELF]);
      expect(code).toBe(2);
      expect(err).toContain(`${option} takes a number from 1 to 86400000.`);
    }
  });

  test('The help of conformance run names every time limit.', async () => {
    const { out } = await wcp(['conformance', 'run', '--help']);
    for (const option of ['--timeout', '--start-timeout', '--stop-timeout'])
      expect(out).toContain(`${option} <ms>`);
  });

  test('The command conformance lists the cases of a level, and shows one with the lines that a port reads.', async () => {
    const listed = await wcp(['conformance', 'list', '--level', 'basic', '--filter', 'ids/', '--json']);
    expect(listed.code).toBe(0);
    const [first] = JSON.parse(listed.out) as { id: string }[];
    const shown = await wcp(['conformance', 'show', first?.id ?? '', '--lines']);
    const answers = await wcpProcess(['conformance', 'serve'], { input: shown.out });
    expect(answers.out.split('\n')[0]).toContain('"ok":true');
    expect(answers.out.split('\n')[1]).toMatch(/^\{"seq":1,"result":/);
  });

  test('The command conformance reports an unknown case, and a command that cannot be run.', async () => {
    expect((await wcp(['conformance', 'show', 'no/such/case'])).code).toBe(2);
    const { code, out, err } = await wcp(['conformance', 'run', '--', './no-such-port']);
    expect(code).toBe(2);
    expect(`${out}${err}`).toContain('no-such-port');
  });
});
