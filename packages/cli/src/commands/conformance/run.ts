import { delimiter, dirname } from 'node:path';
import {
  type ConformanceReport,
  exitCode,
  loadFixtures,
  loadKnownFailures,
  renderBadge,
  renderBadgeSvg,
  renderJson,
  renderJUnit,
  renderMarkdown,
  renderText,
  runConformance,
} from '@wcp/conformance';
import type { Command } from 'commander';
import { PUBLIC_FILE } from '../../base/file-mode.ts';
import { writeWhole } from '../../base/write-file.ts';
import { jsonText } from '../../print/json.ts';
import { readCount } from '../read-count.ts';
import { type CommandContext, register } from '../register.ts';
import { type SelectionOptions, selectionOf, withSelection } from './selection.ts';

interface RunOptions extends SelectionOptions {
  readonly json?: boolean;
  readonly knownFailures?: string;
  readonly timeout: string;
  readonly startTimeout: string;
  readonly stopTimeout: string;
  readonly report?: string;
  readonly junit?: string;
  readonly markdown?: string;
  readonly badge?: string;
}

/** How each report is written, by the option that names its file. */
const REPORTS: readonly (readonly [keyof RunOptions, string, (report: ConformanceReport) => string])[] = [
  ['report', 'the report as JSON', renderJson],
  ['junit', 'the report as JUnit XML', renderJUnit],
  ['markdown', 'the report as Markdown', renderMarkdown],
];

/** How long the referee waits for what, by option. */
const TIMEOUTS = [
  ['--timeout <ms>', 'time limit of each answer', '5000'],
  ['--start-timeout <ms>', 'time limit of the answer to "start"', '10000'],
  ['--stop-timeout <ms>', 'time limit to end after "stop" (the protocol allows 5000)', '5000'],
] as const;
const MAX_TIMEOUT_MS = 86_400_000;

/** `wcp conformance run -- <command>`: the referee. */
export function addConformanceRun(group: Command, { terminal, exitWith }: CommandContext): void {
  const command = withSelection(
    register(group, 'run', {
      summary: 'Test a port (a program that speaks JSON lines) against every case.',
      example: 'wcp conformance run --level basic -- python3 wcp_port.py',
      exits: '0 everything as expected, 1 something was not, 2 wrong usage, or the command cannot be run.',
    }),
  );
  command.argument('<command...>', 'the command that starts the port, after --');
  command.option('--known-failures <file>', "the port's list of known failures, each with a reason");
  for (const [flags, what, standard] of TIMEOUTS) command.option(flags, `${what}, in milliseconds`, standard);
  for (const [name, what] of REPORTS) command.option(`--${name} <file>`, `write ${what}`);
  command.option(
    '--badge <file>',
    'write a badge: an SVG, or a shields.io endpoint if the name ends in .json',
  );
  command.action(async ([program, ...args]: string[], options: RunOptions) => {
    const report = await run(program as string, args, options);
    await writeReports(report, options);
    terminal.write(options.json ? renderJson(report) : renderText(report));
    exitWith(exitCode(report));
  });
}

async function run(program: string, args: string[], options: RunOptions): Promise<ConformanceReport> {
  const fixtures = await loadFixtures(options.fixtures);
  const known = options.knownFailures === undefined ? [] : await loadKnownFailures(options.knownFailures);
  return runConformance({
    command: program,
    args,
    fixtures,
    knownFailures: known,
    timeoutMs: readCount('--timeout', options.timeout, 1, MAX_TIMEOUT_MS),
    startTimeoutMs: readCount('--start-timeout', options.startTimeout, 1, MAX_TIMEOUT_MS),
    stopTimeoutMs: readCount('--stop-timeout', options.stopTimeout, 1, MAX_TIMEOUT_MS),
    // A port started by name must find the same Node as this process.
    env: { PATH: `${dirname(process.execPath)}${delimiter}${process.env['PATH'] ?? ''}` },
    ...selectionOf(options),
  });
}

/** A report is made anew each time, and meant to be shown. */
const REPORT = { force: true, mode: PUBLIC_FILE } as const;

async function writeReports(report: ConformanceReport, options: RunOptions): Promise<void> {
  for (const [name, , render] of REPORTS) {
    const file = options[name];
    if (file !== undefined) await writeWhole(String(file), render(report), REPORT);
  }
  const { badge } = options;
  if (badge === undefined) return;
  const text = badge.endsWith('.json') ? jsonText(renderBadge(report)) : renderBadgeSvg(report);
  await writeWhole(badge, text, REPORT);
}
