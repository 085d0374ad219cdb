import type { ExplainedStep, Explanation } from '@wcp/router';
import type { JsonDocument } from '../input/json-document.ts';
import type { Colours } from '../terminal.ts';
import { decisionText } from './decision.ts';
import { escaped, shownValue, WIDTH, wrap } from './layout.ts';

const MARKS = { passed: 'ok', denied: 'DENIED', held: 'HELD', not_reached: '-' } as const;

/** An explanation for people: the steps, the decision, the smallest change, the remedy. */
export function explanationText(explanation: Explanation, input: JsonDocument, colours: Colours): string {
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
  facts: 'in what is observed',
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
  return `  ${WHERE[where]}: ${escaped(path)}  ${shownValue(from)} -> ${shownValue(to)}`;
}
