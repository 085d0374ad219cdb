import type { RouteDecision, RouteInput } from '@wcp/spec';
import { meaningOf, remedyOf } from '../print/decision.ts';
import { WIDTH, wrap } from '../print/layout.ts';
import type { DemoContext } from './demo-context.ts';
import type { DemoHall } from './demo-hall.ts';

/** Shows five requests that must not run: the request, the code, what it means, what to do. */
export async function showDenials(context: DemoContext, hall: DemoHall, input: RouteInput): Promise<void> {
  const { terminal, worker, expectations } = context;
  terminal.write(`${terminal.colours.bold('2. Five requests that must not run')}\n`);
  for (const request of DENIED_REQUESTS) {
    if (request.tampers) await worker.tamper();
    const changed = { ...input, ...request.change, correlation_id: terminal.newId() };
    const { decision, run } = await hall.dispatch(changed);
    expectations.expect(
      `The Hall answers "${request.name}" with ${request.expected}.`,
      codeOf(decision) === request.expected,
    );
    expectations.expect(
      `Nothing runs for "${request.name}" and no worker is named.`,
      run === null && decision.worker_id === null,
    );
    terminal.write(denialText(context, request, decision));
  }
  terminal.write('\n');
}

function codeOf({ outcome, deny_code }: RouteDecision): string | null {
  return outcome === 'DENY' ? deny_code : outcome;
}

function denialText({ terminal }: DemoContext, request: DeniedRequest, decision: RouteDecision): string {
  const { red, yellow, dim } = terminal.colours;
  const code = codeOf(decision) ?? '';
  const paint = code === HOLD ? yellow : red;
  const [meaning, remedy] = code === HOLD ? HELD : [meaningOf(decision), remedyOf(decision)];
  const lines = [
    ...wrapAfter('-', '-', request.story).map((line) => `  ${line}`),
    ...wrapAfter(paint(code), code, `${meaning ?? ''}${skippedText(decision)}`).map((line) => `    ${line}`),
    ...wrapAfter(dim(REMEDY_LABEL), REMEDY_LABEL, remedy ?? '').map((line) => `    ${line}`),
  ];
  return `${lines.join('\n')}\n`;
}

const REMEDY_LABEL = 'what to do:';
const HELD = [
  'A person decides first. Until then no worker is named, so nothing can run by mistake.',
  'A steward other than the tenant approves this decision; then send the request again.',
] as const;

function skippedText({ candidate_workers_ranked: candidates, deny_code }: RouteDecision): string {
  if (deny_code !== 'DENY_NO_AVAILABLE_WORKER') return '';
  const skipped = candidates.map((each) => `${each.worker_species_id}: ${each.skip_reason}`);
  return ` (${skipped.join(', ')})`;
}

/** A wrapped text after a head that may be coloured; further lines are indented by two. */
function wrapAfter(painted: string, head: string, text: string): string[] {
  const [first = '', ...rest] = wrap(`${head} ${text}`, WIDTH - 4);
  return [painted + first.slice(head.length), ...rest.map((line) => `  ${line}`)];
}

/** A request that must not run, and what the Hall must answer. */
export interface DeniedRequest {
  readonly name: string;
  /** The request in plain words. */
  readonly story: string;
  /** How the request differs from the one that was dispatched. */
  readonly change: Partial<RouteInput>;
  /** The worker's code is changed on disk before this request. */
  readonly tampers?: true;
  readonly expected: string;
}

/** Stands for the deny code of a hold, which is not a denial and has none. */
const HOLD = 'STEWARD_HOLD';

/** Five requests that must not run (in this order: the worker stays changed after the fourth). */
export const DENIED_REQUESTS: readonly DeniedRequest[] = [
  {
    name: 'unknown-capability',
    story: 'The agent asks for cap.doc.shred, a capability that no rule mentions.',
    change: { capability_id: 'cap.doc.shred' },
    expected: 'DENY_NO_MATCHING_RULE',
  },
  {
    name: 'dev-only-worker',
    story:
      "In production it asks for the text of a PDF. The only such worker is a prototype on Ada's laptop, for dev only.",
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
      "One byte is appended to the worker's code after it was attested. Then the first request is sent again.",
    change: {},
    tampers: true,
    expected: 'DENY_WORKER_TAMPERED',
  },
  {
    name: 'unknown-tenant',
    story: 'An agent that is not a signatory, agent.stranger, asks for the summary.',
    change: { tenant_id: 'agent.stranger' },
    expected: 'DENY_UNKNOWN_TENANT',
  },
];
