import type { RouteDecision, RouteInput } from '@wcp/spec';
import { meaningOf, remedyOf } from '../print/decision.ts';
import { WIDTH, wrap } from '../print/layout.ts';
import type { DemoHall } from './demo-hall.ts';
import { HOLD, type OperationError, REFUSALS } from './denied-requests.ts';
import type { Expectations } from './expectations.ts';
import type { DemoContext } from './run-demo.ts';

/** Shows five requests that must not run: what was asked, the code, what it means, what to do. */
export async function showRefusals(
  stage: DemoContext,
  hall: DemoHall,
  input: RouteInput,
  expectations: Expectations,
): Promise<void> {
  const { terminal, worker } = stage;
  terminal.write(`${terminal.colours.bold('2. Five requests that must not run')}\n`);
  for (const refusal of REFUSALS) {
    if (refusal.tampers) await worker.tamper();
    const asked = { ...input, ...refusal.change, correlation_id: terminal.newId() };
    const { decision, run } = await hall.dispatch(asked);
    expectations.expect(
      `Of "${refusal.name}" the Hall says ${refusal.expected}.`,
      codeOf(decision) === refusal.expected,
    );
    expectations.expect(
      `Of "${refusal.name}" nothing runs and no worker is named.`,
      run === null && decision.worker_id === null,
    );
    terminal.write(refusalText(stage, refusal, decision));
  }
  terminal.write('\n');
}

function codeOf({ outcome, deny_code }: RouteDecision): string | null {
  return outcome === 'DENY' ? deny_code : outcome;
}

function refusalText({ terminal }: DemoContext, refusal: OperationError, decision: RouteDecision): string {
  const { red, yellow, dim } = terminal.colours;
  const code = codeOf(decision) ?? '';
  const paint = code === HOLD ? yellow : red;
  const [meaning, remedy] = code === HOLD ? HELD : [meaningOf(decision), remedyOf(decision)];
  const lines = [
    ...wrapAfter('-', '-', refusal.story).map((line) => `  ${line}`),
    ...wrapAfter(paint(code), code, `${meaning ?? ''}${skippedText(decision)}`).map((line) => `    ${line}`),
    ...wrapAfter(dim(TO_DO), TO_DO, remedy ?? '').map((line) => `    ${line}`),
  ];
  return `${lines.join('\n')}\n`;
}

const TO_DO = 'what to do:';
const HELD = [
  'A person decides first. Until then no worker is named, so nothing can run by mistake.',
  'A steward who is not the tenant approves this very decision; then ask again.',
] as const;

function skippedText({ candidate_workers_ranked: candidates, deny_code }: RouteDecision): string {
  if (deny_code !== 'DENY_NO_AVAILABLE_WORKER') return '';
  const skipped = candidates.map((each) => `${each.worker_species_id}: ${each.skip_reason}`);
  return ` (${skipped.join(', ')})`;
}

/** A text after a head that may be coloured; further lines begin where the text is wrapped, two in. */
function wrapAfter(painted: string, head: string, text: string): string[] {
  const [first = '', ...rest] = wrap(`${head} ${text}`, WIDTH - 4);
  return [painted + first.slice(head.length), ...rest.map((line) => `  ${line}`)];
}
