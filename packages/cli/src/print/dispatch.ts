import type { DispatchAnswer } from '../client/wire.ts';
import type { JsonDocument } from '../input/json-document.ts';
import type { Colours } from '../terminal.ts';
import { decisionText } from './decision.ts';
import { jsonText } from './json.ts';
import { escaped, rows } from './layout.ts';

/** A decision, and what came of it. */
export function dispatchText(answer: DispatchAnswer, input: JsonDocument, colours: Colours): string {
  const { decision, outcome_receipt, delivery_code, result, receipt } = answer;
  const outcome = outcome_receipt?.outcome ?? null;
  const refusal = result?.deny_reason ?? null;
  const table = rows(
    [
      ['receipt', receipt.receipt_hash],
      ['outcome', outcome === null ? null : colours.bold(outcome.status)],
      ['took', outcome?.duration_ms == null ? null : `${Math.round(outcome.duration_ms)} ms`],
      ['waits', waits(decision)],
      ['delivery', delivery_code],
      ['refused', refusal === null ? null : `${escaped(refusal.code)}: ${escaped(refusal.message)}`],
    ],
    2,
    colours.dim,
  );
  const came = result?.result == null ? '' : `The result:\n${jsonText(result.result)}`;
  return `${decisionText(decision, input, colours)}${table}${came}`;
}

function waits({ pending_approval_id }: DispatchAnswer['decision']): string | null {
  return pending_approval_id === null
    ? null
    : `until a steward says: wcp approvals approve ${pending_approval_id}`;
}
