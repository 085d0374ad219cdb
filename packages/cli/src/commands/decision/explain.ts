import { explain } from '@wcp/router';
import type { Command } from 'commander';
import { type CaseFiles, loadCase } from '../../input/load-case.ts';
import { explanationText } from '../../print/explanation.ts';
import { jsonText } from '../../print/json.ts';
import { printProblems } from '../../print/problems.ts';
import { type CommandContext, register } from '../../register.ts';
import { addCaseOptions, addInputArgument } from './case-options.ts';
import { exitCodeOf, warningsOf } from './route.ts';

/** `wcp explain`: why a request is dispatched, denied or held, and what would change that. */
export function addExplain(program: Command, { terminal, settle }: CommandContext): void {
  const command = register(program, 'explain', {
    summary: 'Show every step of a decision, and the smallest change that would allow it.',
    example: 'wcp explain request.json --rules rules.json --workers workers/ --config hall.json',
    exits: '0 dispatched, 1 denied or held for a steward, 2 wrong usage or bad input.',
  });
  addInputArgument(command).requiredOption('--rules <file>', 'the routing rules');
  addCaseOptions(command).action(async (inputFile: string, options: CaseFiles & { json?: boolean }) => {
    const { world, facts, input, remarks } = await loadCase(terminal, inputFile, options);
    printProblems(terminal, warningsOf(remarks));
    const explanation = explain(world, facts, input.value);
    if (options.json) terminal.write(jsonText(explanation));
    else terminal.write(explanationText(explanation, input, terminal.colours));
    settle(exitCodeOf(explanation.decision));
  });
}
