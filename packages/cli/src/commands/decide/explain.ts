import { type ExplainedStep, type Explanation, explain } from '@wcp/router';
import type { Command } from 'commander';
import type { Colours } from '../../base/terminal.ts';
import type { JsonDocument } from '../../input/json-document.ts';
import { type CaseFiles, loadCase } from '../../input/load-case.ts';
import { decisionText } from '../../print/decision.ts';
import { jsonText } from '../../print/json.ts';
import { escaped, valueText, WIDTH, wrap } from '../../print/layout.ts';
import { printProblems } from '../../print/problems.ts';
import { type CommandContext, register } from '../register.ts';
import { SUMMARIES } from '../summaries.ts';
import { addCaseOptions, addInputArgument } from './case-options.ts';
import { exitCodeOf, warningsOf } from './route.ts';

/** `wcp explain`: why a request is dispatched, denied or held, and what would change that. */
export function addExplain(program: Command, { terminal, exitWith }: CommandContext): void {
  const command = register(program, 'explain', {
    summary: SUMMARIES.explain,
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
    exitWith(exitCodeOf(explanation.decision));
  });
}

const MARKS = { passed: 'ok', denied: 'DENIED', held: 'HELD', not_reached: '-' } as const;

/** An explanation for people: the steps, the decision, and the smallest change that would allow the request. */
function explanationText(explanation: Explanation, input: JsonDocument, colours: Colours): string {
  const { steps, decision } = explanation;
  const lines = steps.flatMap((step) => stepLines(step, colours));
  const parts = [
    lines.join('\n'),
    '',
    decisionText(decision, input, colours).trimEnd(),
    ...changeLines(explanation),
  ];
  return `${parts.join('\n')}\n`;
}

function stepLines({ step, title, status, reason }: ExplainedStep, colours: Colours): string[] {
  const paint = {
    passed: colours.green,
    denied: colours.red,
    held: colours.yellow,
    not_reached: colours.dim,
  };
  const head = `${String(step).padStart(2)}  ${paint[status](MARKS[status].padEnd(6))}  ${title}`;
  if (status === 'not_reached') return [colours.dim(head)];
  return [head, ...wrap(reason, WIDTH - 12).map((line) => `${' '.repeat(12)}${colours.dim(line)}`)];
}

const WHERE = {
  input: 'in the request',
  facts: 'in the facts',
  config: "in the Hall's configuration",
  worker: "in the worker's record",
  rule: 'in the rule',
} as const;

function changeLines({ changes, decision }: Explanation): string[] {
  if (decision.outcome === 'DISPATCH') return [];
  if (changes === null) return ['', 'No set of up to three single changes would allow this request.'];
  return ['', 'The smallest change that would allow it:', ...changes.map(changeLine)];
}

function changeLine({ where, path, from, to }: NonNullable<Explanation['changes']>[number]): string {
  return `  ${WHERE[where]}: ${escaped(path)}  ${valueText(from)} -> ${valueText(to)}`;
}
