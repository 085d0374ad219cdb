import { decide } from '@wcp/router';
import type { RouteDecision } from '@wcp/spec';
import type { Command } from 'commander';
import { usageError } from '../../base/cli-error.ts';
import { EXIT, type ExitCode } from '../../base/exit-code.ts';
import type { Problem } from '../../base/problem.ts';
import type { Terminal } from '../../base/terminal.ts';
import { type CaseFiles, loadCase } from '../../input/load-case.ts';
import { decisionText } from '../../print/decision.ts';
import { jsonText } from '../../print/json.ts';
import { printProblems } from '../../print/problems.ts';
import { addHallOptions, type HallOptions } from '../hall-options.ts';
import { type CommandContext, register } from '../register.ts';
import { SUMMARIES } from '../summaries.ts';
import { addCaseOptions, addInputArgument } from './case-options.ts';
import { type HallAnswer, sendRequest } from './send-request.ts';

type Options = Omit<CaseFiles, 'rules'> & HallOptions & { readonly rules?: string };

/** `wcp route`: decides one request, locally or at a Hall (section 5). */
export function addRoute(program: Command, { terminal, exitWith }: CommandContext): void {
  const command = register(program, 'route', {
    summary: SUMMARIES.route,
    example: 'wcp route request.json --rules rules.json --workers workers/ --config hall.json',
    exits: '0 dispatched, 1 denied or held for a steward, 2 wrong usage or bad input.',
  });
  addInputArgument(command).option(
    '--rules <file>',
    'the routing rules; the decision is then made locally and not recorded',
  );
  addHallOptions(addCaseOptions(command)).action(async (inputFile: string, options: Options) => {
    const { answer: decision, input } = await route(terminal, inputFile, options);
    if (options.json) terminal.write(jsonText(decision));
    else terminal.write(decisionText(decision, input, terminal.colours));
    exitWith(exitCodeOf(decision));
  });
}

async function route(terminal: Terminal, file: string, options: Options): Promise<HallAnswer<RouteDecision>> {
  const { rules } = options;
  if (rules === undefined) {
    if ((options.url ?? terminal.env['WCP_HALL_URL'] ?? '') === '')
      throw usageError(
        'Say where to decide: locally with --rules FILE, or at a Hall with --url or WCP_HALL_URL.',
      );
    return sendRequest(terminal, file, options, (hall, request) => hall.route(request));
  }
  const { world, facts, input, remarks } = await loadCase(terminal, file, { ...options, rules });
  printProblems(terminal, warningsOf(remarks));
  return { answer: decide(world, facts, input.value), input };
}

/** The exit code of a decision: only a dispatch is 0. */
export function exitCodeOf({ outcome }: RouteDecision): ExitCode {
  return outcome === 'DISPATCH' ? EXIT.ok : EXIT.found;
}

/** The remarks that may matter to a decision; an id in its other spelling does not. */
export function warningsOf(remarks: readonly Problem[]): Problem[] {
  return remarks.filter(({ level }) => level !== 'info');
}
