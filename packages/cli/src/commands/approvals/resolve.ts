import { SUPERVISOR_LEVELS } from '@wcp/spec/document';
import { type Command, Option } from 'commander';
import { EXIT, type ExitCode } from '../../base/exit-code.ts';
import type { Resolved } from '../../client/wire.ts';
import { InputReader } from '../../input/input-reader.ts';
import { jsonText } from '../../print/json.ts';
import { type HallOptions, hallOf, registerHall } from '../hall-options.ts';
import type { CommandContext } from '../register.ts';
import { resolvedText } from './approval-text.ts';

interface ResolveOptions extends HallOptions {
  readonly reason?: string;
  readonly result?: string;
  readonly level?: string;
}

/** One way to resolve a hold. */
interface Way {
  readonly action: 'approve' | 'deny' | 'escalate';
  readonly summary: string;
  readonly example: string;
  readonly exits: string;
  readonly options: readonly Option[];
}

const ID = '0195f3a0-7c1e-7000-8000-000000000001';
const REASON = new Option('--reason <text>', 'why, for the evidence');
const RESULT = new Option(
  '--result <file>',
  'at the levels executor and incident_commander: the result of what you did, in JSON; "-" for standard input',
);
const LEVEL = new Option('--level <level>', 'the level to raise it to (default: the next)').choices([
  ...SUPERVISOR_LEVELS,
]);
const REFUSED = '1 it is over already or has changed meanwhile, 2 wrong usage, or the Hall refused.';

const WAYS: readonly Way[] = [
  {
    action: 'approve',
    summary: 'Approve: it is decided anew and, where nothing has changed, carried out.',
    example: `wcp approvals approve ${ID} --reason "seen by the desk"`,
    exits: `0 approved and done; ${REFUSED}`,
    options: [REASON, RESULT],
  },
  {
    action: 'deny',
    summary: 'Deny: nothing is carried out.',
    example: `wcp approvals deny ${ID} --reason "not with this data"`,
    exits: `0 denied; ${REFUSED}`,
    options: [REASON],
  },
  {
    action: 'escalate',
    summary: 'Raise it to a higher level.',
    example: `wcp approvals escalate ${ID} --level executor`,
    exits: `0 raised; ${REFUSED}`,
    options: [REASON, LEVEL],
  },
];

/** `wcp approvals approve|deny|escalate`. */
export function addResolutions(group: Command, context: CommandContext): void {
  for (const way of WAYS) addResolution(group, context, way);
}

function addResolution(group: Command, context: CommandContext, way: Way): void {
  const command = registerHall(group, way.action, way).argument('<id>', 'the id of the approval');
  for (const option of way.options) command.addOption(option);
  command.action(async (approval_id: string, options: ResolveOptions) => {
    const { terminal, exitWith } = context;
    const client = hallOf(terminal, options);
    const { reason, level } = options;
    const result = await resultOf(context, options);
    const body = { approval_id, resolution: way.action, reason, level, ...result };
    const resolved = await client.post<Resolved>('wcp/approvals/resolve', body);
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

/** Approved, and the worker failed: that is no success. */
function exitOf({ outcome_receipt }: Resolved): ExitCode {
  return (outcome_receipt?.outcome?.status ?? 'ok') === 'ok' ? EXIT.ok : EXIT.found;
}
