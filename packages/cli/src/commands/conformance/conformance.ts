import { type CaseSummary, listCases, loadFixtures, servePort, showCase } from '@wcp/conformance';
import type { Command } from 'commander';
import { cliVersion } from '../../base/package-file.ts';
import { HANDLERS } from '../../port/handlers.ts';
import { jsonText } from '../../print/json.ts';
import { count } from '../../print/layout.ts';
import { type CommandContext, register, registerGroup } from '../register.ts';
import { SUMMARIES } from '../summaries.ts';
import { addConformanceRun } from './run.ts';
import { type SelectionOptions, selectionOf, withSelection } from './selection.ts';

/** `wcp conformance`: the referee for ports, and this implementation as one (section 11). */
export function addConformance(program: Command, context: CommandContext): void {
  const group = registerGroup(program, 'conformance', SUMMARIES.conformance);
  addConformanceRun(group, context);
  addServe(group);
  addList(group, context);
  addShow(group, context);
}

function addServe(group: Command): void {
  const command = register(group, 'serve', {
    summary: 'Act as a port: answer JSON lines from standard input on standard output.',
    example: 'wcp conformance run -- wcp conformance serve',
    exits: '0 after a stop command or at the end of the input.',
  });
  command.action(async () => {
    await servePort(HANDLERS, {
      input: process.stdin,
      output: process.stdout,
      implementation: { name: 'wcp', language: 'TypeScript', version: cliVersion() },
    });
  });
}

function addList(group: Command, { terminal }: CommandContext): void {
  const command = withSelection(
    register(group, 'list', {
      summary: 'List the cases, one per line.',
      example: 'wcp conformance list --level basic --filter route/',
      exits: '0 listed, 2 no case matches, or the usage is wrong.',
    }),
  );
  command.action(async (options: SelectionOptions & { json?: boolean }) => {
    const cases = listCases(await loadFixtures(options.fixtures), selectionOf(options));
    terminal.write(options.json ? jsonText(cases) : listText(cases));
  });
}

function listText(cases: readonly CaseSummary[]): string {
  const lines = cases.map(({ id, level, op, title }) => `${id}  [${level}, ${op}]  ${title}`);
  return `${lines.join('\n')}\n${count(cases.length, 'case')}\n`;
}

function addShow(group: Command, { terminal }: CommandContext): void {
  const command = register(group, 'show', {
    summary: 'Show a case in full, with the JSON lines to try it by hand.',
    example: 'wcp conformance show route/first-match/exact-value',
    exits: '0 shown, 2 no such case.',
  });
  command
    .argument('<id>', 'the id of the case')
    .option('--fixtures <dir>', 'a folder of fixtures to use instead of those in @wcp/spec')
    .option('--lines', 'print only the lines that a port reads, to pipe into one')
    .action(async (id: string, options: { fixtures?: string; lines?: boolean; json?: boolean }) => {
      const view = showCase(await loadFixtures(options.fixtures), id);
      const { case: found, lines } = view;
      if (options.lines) terminal.write(`${lines.join('\n')}\n`);
      else terminal.write(options.json ? jsonText(view) : `${JSON.stringify(found, null, 2)}\n`);
    });
}
