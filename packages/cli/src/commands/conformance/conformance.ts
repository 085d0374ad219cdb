import {
  type CaseSummary,
  LEVELS,
  type Level,
  listCases,
  loadFixtures,
  servePort,
  showCase,
} from '@wcp/conformance';
import { type Command, Option } from 'commander';
import { cliVersion } from '../../base/package-file.ts';
import { HANDLERS } from '../../port/handlers.ts';
import { jsonText } from '../../print/json.ts';
import { count } from '../../print/layout.ts';
import { type CommandContext, register, registerGroup } from '../register.ts';
import { addConformanceRun } from './run.ts';

/** What `list` and `run` select by. */
export interface SelectionOptions {
  readonly fixtures?: string;
  readonly level?: Level;
  readonly filter?: string;
}

/** `wcp conformance`: the referee for ports, and this implementation as one (section 11). */
export function addConformance(program: Command, context: CommandContext): void {
  const group = registerGroup(program, 'conformance', 'Test a port of WCP against the fixtures.');
  addConformanceRun(group, context);
  addServe(group);
  addList(group, context);
  addShow(group, context);
}

/** The options that say which cases are meant. */
export function withSelection(command: Command): Command {
  return command
    .option('--fixtures <dir>', 'the folder of the fixtures, instead of those of @wcp/spec')
    .addOption(new Option('--level <level>', 'only the cases that this level requires').choices([...LEVELS]))
    .option('--filter <text>', 'only the cases whose id contains this text, or fits it where it has a *');
}

/** The selection without what was left out. */
export function selectionOf({ level, filter }: SelectionOptions): { level?: Level; filter?: string } {
  return { ...(level === undefined ? {} : { level }), ...(filter === undefined ? {} : { filter }) };
}

function addServe(group: Command): void {
  const command = register(group, 'serve', {
    summary: 'Be a port: answer lines of JSON on standard input with lines on standard output.',
    example: 'wcp conformance run -- wcp conformance serve',
    exits: '0 after stop or at the end of the input.',
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
      summary: 'List the cases, a line each.',
      example: 'wcp conformance list --level basic --filter route/',
      exits: '0 listed, 2 nothing fits or the usage is wrong.',
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
    summary: 'Show one case in full, with the lines by which it can be tried by hand.',
    example: 'wcp conformance show route/first-match/exact-value',
    exits: '0 shown, 2 there is no such case.',
  });
  command
    .argument('<id>', 'the id of the case')
    .option('--fixtures <dir>', 'the folder of the fixtures, instead of those of @wcp/spec')
    .option('--lines', 'print only the lines that a port reads, to be piped into one')
    .action(async (id: string, options: { fixtures?: string; lines?: boolean; json?: boolean }) => {
      const view = showCase(await loadFixtures(options.fixtures), id);
      const { case: found, lines } = view;
      if (options.lines) terminal.write(`${lines.join('\n')}\n`);
      else terminal.write(options.json ? jsonText(view) : `${JSON.stringify(found, null, 2)}\n`);
    });
}
