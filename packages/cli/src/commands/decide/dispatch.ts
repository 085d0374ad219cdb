import type { DispatchAnswer } from '@wcp/spec/hall';
import type { Command } from 'commander';
import { EXIT, type ExitCode } from '../../base/exit-code.ts';
import type { Colours } from '../../base/terminal.ts';
import type { JsonDocument } from '../../input/json-document.ts';
import { decisionText } from '../../print/decision.ts';
import { jsonText } from '../../print/json.ts';
import { escaped, rows } from '../../print/layout.ts';
import { type HallOptions, registerHall } from '../hall-options.ts';
import type { CommandContext } from '../register.ts';
import { SUMMARIES } from '../summaries.ts';
import { sendRequest } from './send-request.ts';

/** `wcp dispatch`: sends a request to a Hall, which decides it and runs it (section 9). */
export function addDispatch(program: Command, { terminal, exitWith }: CommandContext): void {
  const command = registerHall(program, 'dispatch', {
    summary: SUMMARIES.dispatch,
    example: 'wcp dispatch request.json',
    exits:
      '0 dispatched and done, 1 denied, held or failed, 2 wrong usage or bad input, or the Hall refused.',
  });
  command
    .argument('<input>', 'the request, a RouteInput in JSON; "-" for standard input')
    .action(async (file: string, options: HallOptions) => {
      const { answer, input } = await sendRequest(terminal, file, options, (hall, request) =>
        hall.dispatch(request),
      );
      if (options.json) terminal.write(jsonText(answer));
      else terminal.write(dispatchText(answer, input, terminal.colours));
      exitWith(exitOf(answer));
    });
}

function exitOf({ decision, outcome_receipt }: DispatchAnswer): ExitCode {
  const isDone = decision.dry_run || outcome_receipt?.outcome?.status === 'ok';
  return decision.outcome === 'DISPATCH' && isDone ? EXIT.ok : EXIT.found;
}

/** A decision and its outcome. */
function dispatchText(answer: DispatchAnswer, input: JsonDocument, colours: Colours): string {
  const { decision, outcome_receipt, delivery_code, delivery_message, result, receipt } = answer;
  const outcome = outcome_receipt?.outcome ?? null;
  const denial = result?.deny_reason ?? null;
  const table = rows(
    [
      ['receipt', receipt.receipt_hash],
      ['outcome', outcome === null ? null : colours.bold(outcome.status)],
      ['took', outcome?.duration_ms == null ? null : `${Math.round(outcome.duration_ms)} ms`],
      ['waits', waits(decision)],
      ['delivery', delivery_code === null ? null : `${delivery_code}: ${escaped(delivery_message ?? '')}`],
      ['denied', denial === null ? null : `${escaped(denial.code)}: ${escaped(denial.message)}`],
    ],
    2,
    colours.dim,
  );
  const resultText = result?.result == null ? '' : `The result:\n${jsonText(result.result)}`;
  return `${decisionText(decision, input, colours)}${table}${resultText}`;
}

function waits({ pending_approval_id }: DispatchAnswer['decision']): string | null {
  return pending_approval_id === null ? null : `for a steward: wcp approvals approve ${pending_approval_id}`;
}
