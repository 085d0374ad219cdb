import { decide } from '@wcp/router';
import type { RouteDecision } from '@wcp/spec';
import type { Command } from 'commander';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { type CaseFiles, loadCase } from '../io/load-case.ts';
import type { Problem } from '../io/problem.ts';
import { decisionText } from '../print/decision.ts';
import { jsonText } from '../print/json.ts';
import { printProblems } from '../print/problems.ts';
import { type CommandContext, register } from '../register.ts';
import { addCaseOptions } from './case-options.ts';

/** `wcp route`: decides one request (section 5). */
export function addRoute(program: Command, { terminal, settle }: CommandContext): void {
  const command = register(program, 'route', {
    summary: 'Decide whether a request may run, and on which worker.',
    example: 'wcp route request.json --rules rules.json --workers workers/ --config hall.json',
    exits: '0 dispatched, 1 denied or held for a steward, 2 wrong usage or bad input.',
  });
  addCaseOptions(command).action(async (inputFile: string, options: CaseFiles & { json?: boolean }) => {
    const { world, facts, input, remarks } = await loadCase(terminal, inputFile, options);
    printProblems(terminal, warningsOf(remarks));
    const decision = decide(world, facts, input.value);
    if (options.json) terminal.write(jsonText(decision));
    else terminal.write(decisionText(decision, input, terminal.colours));
    settle(exitCodeOf(decision));
  });
}

/** What a decision is as an exit code: only a dispatch is 0. */
export function exitCodeOf({ outcome }: RouteDecision): ExitCode {
  return outcome === 'DISPATCH' ? EXIT.fine : EXIT.found;
}

/** What may matter to a decision; that an id was read in its other spelling does not. */
export function warningsOf(remarks: readonly Problem[]): Problem[] {
  return remarks.filter(({ level }) => level !== 'info');
}
