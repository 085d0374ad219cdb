import { SUPERVISOR_LEVELS, type SupervisorLevel } from '@wcp/spec/document';
import type { ResolvedApproval } from '@wcp/spec/hall';
import { type Command, Option } from 'commander';
import { EXIT, type ExitCode } from '../../base/exit-code.ts';
import { InputReader } from '../../input/input-reader.ts';
import { jsonText } from '../../print/json.ts';
import { type HallOptions, hallOf, registerHall } from '../hall-options.ts';
import type { CommandContext } from '../register.ts';
import { resolvedText } from './approval-text.ts';

interface ResolveOptions extends HallOptions {
  readonly reason?: string;
  readonly result?: string;
  readonly level?: SupervisorLevel;
}

/** One way to resolve an approval. */
interface Resolution {
  readonly action: 'approve' | 'deny' | 'escalate';
  readonly summary: string;
  readonly example: string;
  readonly exits: string;
  readonly options: readonly Option[];
}

const ID = '0195f3a0-7c1e-7000-8000-000000000001';
const REASON = new Option('--reason <text>', 'the reason, for the evidence');
const RESULT = new Option(
  '--result <file>',
  'for the supervisor levels executor and incident_commander: the result of your work, in JSON; "-" for standard input',
);
const LEVEL = new Option(
  '--level <level>',
  'the supervisor level to escalate to (default: the next one)',
).choices([...SUPERVISOR_LEVELS]);
const OTHER_EXITS = '1 already resolved or changed in the meantime, 2 wrong usage, or the Hall refused.';

const RESOLUTIONS: readonly Resolution[] = [
  {
    action: 'approve',
    summary: 'Approve: the request is decided again and runs if nothing has changed.',
    example: `wcp approvals approve ${ID} --reason "checked by the night shift"`,
    exits: `0 approved and done, 1 other stewards must approve first, ${OTHER_EXITS.slice('1 '.length)}`,
    options: [REASON, RESULT],
  },
  {
    action: 'deny',
    summary: 'Deny: nothing runs.',
    example: `wcp approvals deny ${ID} --reason "not with this data"`,
    exits: `0 denied, ${OTHER_EXITS}`,
    options: [REASON],
  },
  {
    action: 'escalate',
    summary: 'Escalate to a higher supervisor level.',
    example: `wcp approvals escalate ${ID} --level executor`,
    exits: `0 escalated, ${OTHER_EXITS}`,
    options: [REASON, LEVEL],
  },
];

/** `wcp approvals approve|deny|escalate`. */
export function addResolutions(group: Command, context: CommandContext): void {
  for (const resolution of RESOLUTIONS) addResolution(group, context, resolution);
}

function addResolution(group: Command, context: CommandContext, resolution: Resolution): void {
  const command = registerHall(group, resolution.action, resolution).argument(
    '<id>',
    'the id of the approval',
  );
  for (const option of resolution.options) command.addOption(option);
  command.action(async (approval_id: string, options: ResolveOptions) => {
    const { terminal, exitWith } = context;
    const client = hallOf(terminal, options);
    const { reason, level } = options;
    const result = await resultOf(context, options);
    const body = {
      approval_id,
      resolution: resolution.action,
      ...(reason !== undefined && { reason }),
      ...(level !== undefined && { level }),
      ...result,
    };
    const resolved = await client.resolveApproval(body);
    terminal.write(options.json ? jsonText(resolved) : resolvedText(resolved, terminal.colours));
    exitWith(exitOf(resolved));
  });
}

async function resultOf({ terminal }: CommandContext, { result }: ResolveOptions) {
  if (result === undefined) return {};
  const reader = new InputReader(terminal);
  const document = await reader.json(result);
  reader.throwErrors();
  return { result: document?.value };
}

/** Approved, but the worker failed, or other stewards must approve first: that is not done. */
function exitOf({ approval, outcome_receipt }: ResolvedApproval): ExitCode {
  if (approval.history.at(-1)?.quorum !== undefined && approval.state === 'pending') return EXIT.found;
  return (outcome_receipt?.outcome?.status ?? 'ok') === 'ok' ? EXIT.ok : EXIT.found;
}
