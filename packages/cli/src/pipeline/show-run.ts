import type { Terminal } from '../base/terminal.ts';
import type { JsonDocument } from '../input/json-document.ts';
import { decisionText } from '../print/decision.ts';
import { count, escaped, padColumns, rows, WIDTH, wrap } from '../print/layout.ts';
import type { Passage } from './answer-question.ts';
import type { SourceDocument } from './document/source-document.ts';
import type { PipelineReport } from './report.ts';
import type { Step, Stop } from './step.ts';

/** The setting of a run. */
interface RunSetting {
  readonly env: string;
  readonly profile: string | null;
  readonly correlation_id: string;
}

/** Announces the run. */
export function showBeginning(
  { write, colours }: Terminal,
  { name, bytes }: SourceDocument,
  { env, profile, correlation_id }: RunSetting,
): void {
  const size = bytes === null ? '' : ` (${bytes.toLocaleString('en-GB')} bytes)`;
  const under = profile === null ? '' : ` under ${profile}`;
  write(`${colours.bold(escaped(name))}${size} goes through five workers in ${env}${under}.\n`);
  write(colours.dim(`correlation ${correlation_id}\n\n`));
}

/** Shows a dispatch on two lines: what ran where, and the result. */
export function showStep({ write, colours }: Terminal, step: Step, number: number): void {
  const { capability_id, blast_score, duration_ms, decision_id, said } = step;
  const blast = `blast ${blast_score}`;
  const took = `${duration_ms} ms`.padStart(9);
  const head = `${String(number).padStart(2)}  ${capability_id.padEnd(22)} ${whoText(step, colours)} ${blast.padEnd(8)}${took}`;
  const below = [`decision ${decision_id}`, said === null ? null : escaped(said)].filter(
    (part) => part !== null,
  );
  write(`${head}\n${below.map((line) => `    ${colours.dim(line)}\n`).join('')}`);
}

const WHO_WIDTH = 41;

function whoText(
  { outcome, worker_id, deny_code, status }: Step,
  { red, yellow }: Terminal['colours'],
): string {
  if (outcome === 'DENY') return red(`DENIED ${deny_code}`.padEnd(WHO_WIDTH));
  if (outcome === 'STEWARD_HOLD') return yellow('HELD for a steward'.padEnd(WHO_WIDTH));
  const who = padColumns(escaped(worker_id ?? ''), WHO_WIDTH);
  return status === 'ok' ? who : red(who);
}

/** Says in plain words why the pipeline stopped. */
export function showStop({ write, colours }: Terminal, stop: Stop): void {
  const { capability_id, code, message, held } = stop;
  if (held !== null) {
    write(`\n${decisionText(held.answer.decision, documentOf(held.input), colours)}`);
    return;
  }
  const head = `${colours.red(colours.bold('FAILED'))}  ${capability_id}  ${escaped(code)}`;
  const why = [
    ['why', escaped(message)],
    ['remedy', (Object.hasOwn(REMEDIES, code) ? REMEDIES[code] : null) ?? null],
  ] as const;
  write(`\n${head}\n${rows(why, 2, colours.dim)}`);
}

/** What to do about a worker's error, if this tool knows better than the worker. */
const REMEDIES: Readonly<Record<string, string>> = {
  FETCH_ADDRESS_NOT_ALLOWED:
    'If the fetcher may go there, allow it with --allow HOST[:PORT]; for a running Hall, in its server.json.',
};

/** The request was never in a file, so its parts have no place. */
function documentOf(value: unknown): JsonDocument {
  return { file: 'the request', value, problems: [], placeOf: () => null };
}

/** Shows the question. */
export function showQuestion({ write, colours }: Terminal, question: string, correlation_id: string): void {
  write(`\n${colours.bold(escaped(question))}\n${colours.dim(`correlation ${correlation_id}`)}\n\n`);
}

/** How many lines of a passage are shown. */
const MAX_LINES = 6;

/** Shows the best passage, and where the others are. */
export function showPassages({ write, colours }: Terminal, passages: readonly Passage[]): void {
  const [best, ...others] = passages;
  if (best === undefined) return void write('\nNothing in the registered document answers the question.\n');
  const lines = wrap(escaped(best.text.replaceAll(/\s+/g, ' ')), WIDTH - 4);
  const more = lines.length > MAX_LINES ? ['…'] : [];
  write(`\n  ${colours.bold(placeOf(best))}\n`);
  write([...lines.slice(0, MAX_LINES), ...more].map((line) => `  | ${line}\n`).join(''));
  for (const other of others) write(colours.dim(`  also: ${placeOf(other)}\n`));
}

function placeOf({ source, heading }: Passage): string {
  return escaped(heading === null ? source : `${source}: ${heading}`);
}

/** Shows the result of the run, whether its evidence is intact, and how to inspect it. */
export function showEnd({ write, colours }: Terminal, report: PipelineReport): void {
  const { green, red, bold, dim } = colours;
  const { steps, blast_score, evidence, correlation_id, stop, ok } = report;
  const dispatched = steps.filter(({ outcome }) => outcome === 'DISPATCH').length;
  const { chain, findings, receipts } = evidence;
  const verdict =
    findings.length === 0
      ? `${count(receipts, 'receipt')}, verified offline: nothing is changed or missing`
      : `${count(findings.length, 'finding')}: ${findings.join(' ')}`;
  const traces = `${count(chain.events, 'event')} and ${count(chain.receipts, 'receipt')}, each under ${correlation_id}`;
  const table = rows(
    [
      ['chain', `${count(dispatched, 'dispatch', 'dispatches')}, blast ${blast_score}`],
      ['left', findings.length === 0 ? traces : null],
      ['evidence', verdict],
      ['folder', escaped(evidence.dir)],
      ['Hall', report.hall === null ? null : escaped(report.hall)],
    ],
    2,
    dim,
  );
  const head = ok ? green(bold('Done.')) : red(bold(stop === null ? ENDED.found : ENDED[stop.kind]));
  write(`\n${head}\n${table}${keysText(report)}See for yourself:\n${commandsText(report)}`);
}

/** How a run ended that was not successful. */
const ENDED = {
  denied: 'Denied: nothing runs unless it is allowed.',
  held: 'Held: nothing more runs until a steward approves.',
  failed: 'Failed: what ran before is recorded.',
  found: 'Not everything happened as expected.',
} as const;

/** The keys of a Hall that stays, which are not stored anywhere. */
function keysText({ keys }: PipelineReport): string {
  if (keys.length === 0) return '';
  const pairs = keys.map(
    ({ role, tenant_id, key }) => [tenant_id === null ? role : `${role} ${tenant_id}`, key] as const,
  );
  return `API keys of the new Hall, shown only once:\n${rows(pairs)}`;
}

function commandsText({ evidence, correlation_id, hall, stop }: PipelineReport): string {
  const dir = escaped(evidence.dir);
  const approval = stop?.pending_approval_id ?? null;
  const isGone = evidence.is_whole && hall === null;
  const lines = [
    `wcp receipts verify ${dir}`,
    `wcp receipts tree ${correlation_id}${evidence.is_whole ? ` --bundle ${dir}` : ''}`,
    ...(hall === null ? [] : [`wcp serve ${escaped(hall)}`]),
    ...(approval === null || isGone ? [] : [`wcp approvals approve ${approval}`]),
  ];
  return lines.map((line) => `  ${line}\n`).join('') + (approval !== null && isGone ? GONE : '');
}

const GONE =
  'The temporary Hall is gone. With --hall DIR it stays: run `wcp serve DIR`, and a steward can approve the request.\n';
