import type { RouteDecision, RouteInput } from '@wcp/spec';
import { meaningOf, remedyOf } from '../print/decision.ts';
import { WIDTH, wrap } from '../print/layout.ts';
import type { DemoHall } from './demo-hall.ts';
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

/** A request that must not run, and what the Hall must say. */
export interface OperationError {
  readonly name: string;
  /** What is asked, in plain words. */
  readonly story: string;
  /** How the request differs from the one that was dispatched. */
  readonly change: Partial<RouteInput>;
  /** The worker's code is changed on the disk before this request. */
  readonly tampers?: true;
  readonly expected: string;
}

/** The code by which a hold is named here: it is no denial and has none of its own. */
export const HOLD = 'STEWARD_HOLD';

/** Five requests that must not run (in this order: the worker stays changed after the fourth). */
export const REFUSALS: readonly OperationError[] = [
  {
    name: 'unknown-capability',
    story: 'The agent asks for cap.doc.shred, a capability that no rule speaks of.',
    change: { capability_id: 'cap.doc.shred' },
    expected: 'DENY_NO_MATCHING_RULE',
  },
  {
    name: 'dev-only-worker',
    story:
      "In production it asks for PDF text; the only such worker is a prototype on Ada's laptop, for dev alone.",
    change: { capability_id: 'cap.doc.pdf.extract' },
    expected: 'DENY_NO_AVAILABLE_WORKER',
  },
  {
    name: 'restricted-data',
    story: 'It asks for the same summary, but the document is RESTRICTED.',
    change: { data_label: 'RESTRICTED' },
    expected: HOLD,
  },
  {
    name: 'changed-worker',
    story:
      "One byte was appended to the worker's code after it was attested; then the first request comes again.",
    change: {},
    tampers: true,
    expected: 'DENY_WORKER_TAMPERED',
  },
  {
    name: 'unknown-tenant',
    story: 'An agent that is not on the list of signatories, agent.stranger, asks for the summary.',
    change: { tenant_id: 'agent.stranger' },
    expected: 'DENY_UNKNOWN_TENANT',
  },
];
