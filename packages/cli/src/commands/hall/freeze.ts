import { FREEZE_SCOPES, type Freeze, type FreezeScope } from '@wcp/spec/hall';
import { Argument, type Command } from 'commander';
import { usageError } from '../../base/cli-error.ts';
import { jsonText } from '../../print/json.ts';
import { escaped } from '../../print/layout.ts';
import { tableText } from '../../print/table.ts';
import { type HallOptions, hallOf, registerHall } from '../hall-options.ts';
import type { CommandContext } from '../register.ts';
import { SUMMARIES } from '../summaries.ts';

/** The options of a command that names what is frozen. */
interface TargetOptions extends HallOptions {
  readonly tenant?: string;
}

/** `wcp freeze`: the emergency stop of a Hall (section 5, step 3). */
export function addFreeze(program: Command, { terminal }: CommandContext): void {
  const command = registerHall(program, 'freeze', {
    summary: SUMMARIES.freeze,
    example: 'wcp freeze tenant agent.newsroom --reason "credentials leaked"',
    exits: '0 frozen, 2 wrong usage, or the Hall refused.',
  });
  addTarget(command)
    .requiredOption('--reason <text>', 'the reason; denied tenants see it')
    .action(
      async (scope: FreezeScope, value: string | undefined, options: TargetOptions & { reason: string }) => {
        const body = { ...target(scope, value, options), reason: options.reason };
        const freeze = await hallOf(terminal, options).freeze(body);
        terminal.write(
          options.json ? jsonText(freeze) : `${named(freeze)} is frozen until it is released.\n`,
        );
      },
    );
}

/** `wcp release`: the end of a freeze. */
export function addRelease(program: Command, { terminal }: CommandContext): void {
  const command = registerHall(program, 'release', {
    summary: SUMMARIES.release,
    example: 'wcp release tenant agent.newsroom',
    exits: '0 released, 1 it was not frozen, 2 wrong usage, or the Hall refused.',
  });
  addTarget(command).action(async (scope: FreezeScope, value: string | undefined, options: TargetOptions) => {
    const freeze = await hallOf(terminal, options).release(target(scope, value, options));
    terminal.write(options.json ? jsonText(freeze) : `${named(freeze)} was released.\n`);
  });
}

/** `wcp freezes`: what is frozen at a Hall. */
export function addFreezes(program: Command, { terminal }: CommandContext): void {
  const command = registerHall(program, 'freezes', {
    summary: SUMMARIES.freezes,
    example: 'wcp freezes',
    exits: '0 listed, 2 wrong usage, or the Hall refused.',
  });
  command.action(async (options: HallOptions) => {
    const page = await hallOf(terminal, options).listFreezes();
    if (options.json) terminal.write(jsonText(page));
    else terminal.write(listText(page.items, terminal.colours.bold));
  });
}

function addTarget(command: Command): Command {
  return command
    .addArgument(new Argument('<scope>', 'what to freeze').choices([...FREEZE_SCOPES]))
    .argument('[value]', 'the id of the tenant or correlation')
    .option('--tenant <id>', 'with the scope correlation: the tenant that uses the correlation id');
}

function target(scope: FreezeScope, value: string | undefined, { tenant }: TargetOptions) {
  if ((scope === 'hall') !== (value === undefined)) {
    throw usageError(scope === 'hall' ? 'The scope "hall" takes no value.' : `Give the id of the ${scope}.`);
  }
  if ((scope === 'correlation') !== (tenant !== undefined)) {
    throw usageError(
      scope === 'correlation'
        ? 'A correlation id belongs to the tenant that uses it: give it with --tenant.'
        : `The scope "${scope}" takes no --tenant.`,
    );
  }
  return { scope, value: value ?? null, tenant_id: tenant ?? null };
}

function named({ scope, value, tenant_id }: Freeze): string {
  if (value === null) return 'The Hall';
  const of = tenant_id === null ? '' : ` of the tenant ${escaped(tenant_id)}`;
  return `The ${scope} ${escaped(value)}${of}`;
}

function listText(freezes: readonly Freeze[], bold: (text: string) => string): string {
  if (freezes.length === 0) return 'Nothing is frozen.\n';
  const lines = freezes.map((each) => [
    each.scope,
    each.value,
    each.tenant_id,
    each.frozen_at,
    each.frozen_by,
    each.reason,
  ]);
  return tableText(['scope', 'value', 'tenant', 'since', 'by', 'reason'], lines, bold);
}
