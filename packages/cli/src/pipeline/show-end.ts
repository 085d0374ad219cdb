import { count, escaped, rows } from '../print/layout.ts';
import type { Terminal } from '../terminal.ts';
import type { PipelineReport } from './run-pipeline.ts';

/** Says what the chain came to, whether its evidence holds, and how to look at it. */
export function showEnd({ write, colours }: Terminal, report: PipelineReport): void {
  const { green, red, bold, dim } = colours;
  const { steps, blast_score, evidence, correlation_id, stop, ok } = report;
  const dispatched = steps.filter(({ outcome }) => outcome === 'DISPATCH').length;
  const { chain, findings, receipts } = evidence;
  const verdict =
    findings.length === 0
      ? `${count(receipts, 'receipt')}, verified offline: nothing is changed or missing`
      : `${count(findings.length, 'finding')}: ${findings.join(' ')}`;
  const one = `${count(chain.events, 'event')} and ${count(chain.receipts, 'receipt')}, each under ${correlation_id}`;
  const table = rows(
    [
      ['chain', `${count(dispatched, 'dispatch', 'dispatches')}, blast ${blast_score}`],
      ['carries', findings.length === 0 ? one : null],
      ['evidence', verdict],
      ['folder', escaped(evidence.dir)],
      ['Hall', report.hall === null ? null : escaped(report.hall)],
    ],
    2,
    dim,
  );
  const head = ok ? green(bold('Through.')) : red(bold(stop === null ? ENDED.found : ENDED[stop.kind]));
  write(`\n${head}\n${table}${keysText(report)}Look for yourself:\n${commandsText(report)}`);
}

/** How a run ended that did not go through. */
const ENDED = {
  denied: 'Denied: nothing runs that is not allowed.',
  held: 'Held: nothing more runs until a steward has looked.',
  failed: 'Failed: what had run before is recorded.',
  found: 'Not everything happened as it must.',
} as const;

/** A Hall that stays has keys, which are nowhere else. */
function keysText({ keys }: PipelineReport): string {
  if (keys.length === 0) return '';
  const pairs = keys.map(
    ({ role, tenant_id, key }) => [tenant_id === null ? role : `${role} ${tenant_id}`, key] as const,
  );
  return `API keys of that Hall, shown this once:\n${rows(pairs)}`;
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
  'This Hall is gone. With --hall DIR it stays: `wcp serve DIR`, and a steward approves what is held there.\n';
