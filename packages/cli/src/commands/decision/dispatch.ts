import type { Command } from 'commander';
import { askHall } from '../../client/ask-hall.ts';
import { type HallOptions, registerHall } from '../../client/hall-options.ts';
import type { DispatchAnswer } from '../../client/wire.ts';
import { EXIT, type ExitCode } from '../../exit-code.ts';
import { dispatchText } from '../../print/dispatch.ts';
import { jsonText } from '../../print/json.ts';
import type { CommandContext } from '../../register.ts';

/** `wcp dispatch`: has a Hall decide a request and carry it out (section 9). */
export function addDispatch(program: Command, { terminal, settle }: CommandContext): void {
  const command = registerHall(program, 'dispatch', {
    summary: 'Have a Hall decide a request and, where it may run, carry it out.',
    example: 'wcp dispatch request.json',
    exits:
      '0 dispatched and done, 1 denied, held or failed, 2 wrong usage or bad input, or the Hall refused.',
  });
  command
    .argument('<input>', 'the request, a RouteInput in JSON; "-" for standard input')
    .action(async (file: string, options: HallOptions) => {
      const { answer, input } = await askHall<DispatchAnswer>(terminal, 'wcp/dispatch', file, options);
      if (options.json) terminal.write(jsonText(answer));
      else terminal.write(dispatchText(answer, input, terminal.colours));
      settle(exitOf(answer));
    });
}

function exitOf({ decision, outcome_receipt }: DispatchAnswer): ExitCode {
  const isDone = decision.dry_run || outcome_receipt?.outcome?.status === 'ok';
  return decision.outcome === 'DISPATCH' && isDone ? EXIT.fine : EXIT.found;
}
