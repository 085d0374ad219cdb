import type { RouteDecision } from '@wcp/spec';
import type { Colours } from '../../base/terminal.ts';
import type { JsonDocument } from '../../input/json-document.ts';
import { whyDenied } from '../../print/decision.ts';
import { count, escaped, rows } from '../../print/layout.ts';
import { boxText } from '../../rules/cells.ts';
import type { CaseResult, Coverage, Difference } from '../../rules/run-cases.ts';

/** Each case on a line, and below one that fails what differs and why it came out so. */
export function casesText(
  results: readonly CaseResult[],
  { covered, cells }: Coverage,
  document: JsonDocument,
  colours: Colours,
): string {
  const lines = results.map((result) => caseText(result, document, colours)).join('');
  const failed = results.filter(({ passed }) => !passed).length;
  const verdict =
    failed === 0 ? colours.green('each comes out as expected') : colours.red(`${failed} of them failed`);
  return `${lines}${count(results.length, 'case')}: ${verdict}. They cover ${covered} of ${cells} cells.\n`;
}

function caseText(result: CaseResult, document: JsonDocument, { green, red, dim }: Colours): string {
  const { name, path, passed, differences, decision } = result;
  if (passed) return `${green('ok  ')}  ${escaped(name)}\n`;
  const place = document.placeOf(path);
  const where = place === null ? '' : `:${place.line}:${place.column}`;
  const file = document.file === '-' ? 'standard input' : escaped(document.file);
  const details = rows(
    [...differences.map((each) => [each.member, differenceText(each)] as const), ['why', reasonOf(decision)]],
    6,
    dim,
  );
  return `${red('FAIL')}  ${escaped(name)}  ${dim(`(${file}${where})`)}\n${details}`;
}

function differenceText({ expected, actual }: Difference): string {
  return `expected ${textOf(expected)}, was ${textOf(actual)}`;
}

function textOf(value: string | null): string {
  return value === null ? 'none' : escaped(value);
}

function reasonOf(decision: RouteDecision): string {
  const { matched_rule_id: rule, outcome, candidate_workers_ranked: candidates } = decision;
  const skipped = candidates.map((each) => `${each.worker_species_id} ${each.skip_reason}`).join(', ');
  const by = { PRE_ROUTING: '', NO_MATCH: '' }[rule] ?? ` Rule "${rule}" matched.`;
  if (outcome !== 'DENY') return `Rule "${rule}" is the first that matches.`;
  const noWorker = candidates.length > 0 && candidates.every((each) => each.skip_reason !== null);
  return `${whyDenied(decision)}${by}${noWorker ? ` Candidates: ${skipped}.` : ''}`;
}

/** The cells that no case covers, capability by capability, and the rules that no case matches. */
export function coverageText({ capabilities, unmatched_rules, cells }: Coverage, { bold }: Colours): string {
  const parts = capabilities.map(({ capability_id, covered, uncovered }) => {
    const boxes = uncovered.map((box) => `  ${boxText(box)}\n`).join('');
    const head = `${bold(escaped(capability_id))}: ${covered} of ${cells} cells covered`;
    return `${head}${boxes === '' ? '' : '; no case for'}\n${boxes}`;
  });
  const rules = unmatched_rules.map(escaped).join(', ');
  return `${parts.join('')}${rules === '' ? 'Every rule is matched by a case.' : `No case matches: ${rules}.`}\n`;
}
