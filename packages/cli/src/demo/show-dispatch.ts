import { basename, join } from 'node:path';
import type { Delivered } from '@wcp/hall';
import type { RouteDecision, RouteInput } from '@wcp/spec';
import { findEntity } from '@wcp/spec/catalog';
import { blastLimit } from '../print/decision.ts';
import { escaped, rows, WIDTH, wrap } from '../print/layout.ts';
import type { DemoContext } from './demo-context.ts';
import type { Dispatched } from './demo-hall.ts';
import type { DemoWorld } from './demo-world.ts';
import { WORLD_FOLDER } from './demo-world.ts';
import type { DemoDocument } from './read-document.ts';

/** The three events that every dispatch must have (section 7), in plain words. */
const MANDATORY = {
  'evt.os.task.routed': 'a rule was found for the task',
  'evt.os.worker.selected': 'this worker was chosen for it',
  'evt.os.policy.gated': 'no policy stood in the way',
} as const;

/** How many lines of a summary are shown. */
const MAX_LINES = 8;

/** Shows the request that runs: the decision, its reasons and the worker's summary. */
export function showDispatch(
  context: DemoContext,
  world: DemoWorld,
  input: RouteInput,
  dispatched: Dispatched,
): void {
  check(context, dispatched);
  const { terminal, document } = context;
  const { decision } = dispatched;
  const { bold, green, red, dim } = terminal.colours;
  const ran = decision.outcome === 'DISPATCH';
  const verdict = ran
    ? `${green(bold('DISPATCH'))}: it runs.`
    : red(`${decision.outcome} ${decision.deny_code ?? ''}`);
  terminal.write(`${INTRODUCTION}\n\n${bold('1. A request that may run')}\n`);
  terminal.write(`${requestLines(document, input)}\n\n  ${verdict}\n`);
  terminal.write(rows(decisionRows(context, world, dispatched), 2, dim));
  terminal.write(eventLines(decision, dim));
  terminal.write(rows(receiptRows(dispatched), 2, dim));
  terminal.write(summaryText(dispatched));
}

const INTRODUCTION = `This is WCP, the Worker Class Protocol. Before a worker (a program that an agent wants to use) may
touch anything, a Hall decides: may this worker do this job, here, with this data? Whatever no rule
allows does not run, and every decision leaves signed evidence. All of this is real, not simulated.`;

function requestLines({ name, bytes }: DemoDocument, input: RouteInput): string {
  const size = bytes.toLocaleString('en-GB');
  const title = findEntity(input.capability_id)?.name ?? '';
  const what = `Agent "${input.tenant_id}" wants the document ${escaped(basename(name))} (${size} bytes, ${input.data_label}) summarised in ${input.env}, so it asks for ${input.capability_id} ("${title}").`;
  return wrap(what, WIDTH - 2)
    .map((line) => `  ${line}`)
    .join('\n');
}

function check({ expectations }: DemoContext, { decision, run, outcome }: Dispatched): void {
  const seen = decision.telemetry_envelopes.map(({ event_id }) => event_id as string);
  expectations.expect('The summary of the document is dispatched.', decision.outcome === 'DISPATCH');
  expectations.expect('The decision carries the three mandatory events.', mandatoryOf(seen).length === 3);
  expectations.expect(
    "The worker's code was checked against its attestation.",
    decision.worker_attestation_valid === true,
  );
  expectations.expect(
    'The worker answers with a summary (a text without a complete sentence has none).',
    run?.status === 'ok' && summaryOf(run.result?.result) !== '',
  );
  expectations.expect('The outcome has a receipt.', outcome?.outcome?.status === 'ok');
}

function mandatoryOf(seen: readonly string[]): string[] {
  return Object.keys(MANDATORY).filter((id) => seen.includes(id));
}

type Row = readonly [label: string, text: string | null];

function decisionRows({ out }: DemoContext, { record }: DemoWorld, { decision }: Dispatched): Row[] {
  const { matched_rule_id, worker_id, selected_worker_species_id, controls_applied } = decision;
  const because = `it may run in ${decision.env}, implements ${controls_applied.join(', ')}, and its code is exactly what its authority attested`;
  const rules = escaped(join(out, WORLD_FOLDER, 'rules.json'));
  return [
    [
      'rule',
      `"${matched_rule_id}", the first that matches, asks for a ${selected_worker_species_id} (${rules})`,
    ],
    ['worker', `${worker_id}, because ${because}`],
    ['blast   ', blastText(decision, record.blast_radius !== undefined)],
  ];
}

function receiptRows({ receipt, outcome }: Dispatched): Row[] {
  const [before, after] = [receipt.seq + 1, (outcome?.seq ?? 0) + 1];
  const text = `signed; number ${before} was on disk before the worker started, number ${after} after it answered`;
  return [['receipts', text]];
}

function eventLines(decision: RouteDecision, dim: (text: string) => string): string {
  const ids = mandatoryOf(decision.telemetry_envelopes.map(({ event_id }) => event_id as string));
  const lines = ids.map((id, index) => {
    const label = index === 0 ? `${dim('events')}    ` : ' '.repeat(10);
    return `  ${label}${id.padEnd(24)}${MANDATORY[id as keyof typeof MANDATORY]}\n`;
  });
  return lines.join('');
}

function blastText(decision: RouteDecision, declared: boolean): string {
  const what = declared
    ? 'the worst damage that it could do'
    : 'it declares nothing, so the worst is assumed';
  return `score ${decision.blast_score}: ${what}; the limit in ${decision.env} is ${blastLimit(decision)}`;
}

function summaryText({ run }: Dispatched): string {
  const summary = summaryOf(run?.result?.result);
  if (run === null || summary === '') return '  There is no summary.\n\n';
  const lines = wrap(escaped(summary.replaceAll(/\s+/g, ' ')), WIDTH - 4);
  const visible = lines.slice(0, MAX_LINES).map((line) => `  | ${line}\n`);
  const more = lines.length > MAX_LINES ? '  | …\n' : '';
  return `  The summary, made by the worker in its own process in ${run.duration_ms} ms:\n${visible.join('')}${more}${containmentText(run)}\n`;
}

/** Whether anything held the worker to its envelope: the receipt of the outcome says it member by member. */
function containmentText({ enforcement }: Delivered): string {
  const isHeld = enforcement?.filesystem_writes.level === 'enforced';
  return `  ${isHeld ? HELD : NOT_HELD}\n`;
}

const HELD = 'The process was held to its envelope: no network, no file but its own code, no other program.';
const NOT_HELD =
  'Nothing held the process to its envelope here (apt-get install bubblewrap): its receipt says "declared".';

/** The text of a summarizer's result; empty if there is none. */
function summaryOf(result: unknown): string {
  const summary = (result as { readonly summary?: unknown } | null | undefined)?.summary;
  return typeof summary === 'string' ? summary.trim() : '';
}
