import type { Health } from '@wcp/spec/hall';
import type { Command } from 'commander';
import { EXIT } from '../../base/exit-code.ts';
import type { Colours } from '../../base/terminal.ts';
import { jsonText } from '../../print/json.ts';
import { escaped, rows } from '../../print/layout.ts';
import { type HallOptions, hallOf, registerHall } from '../hall-options.ts';
import type { CommandContext } from '../register.ts';
import { SUMMARIES } from '../summaries.ts';

/** `wcp health`: the health of a Hall, its compliance level, and what a higher one lacks (section 11). */
export function addHealth(program: Command, { terminal, exitWith }: CommandContext): void {
  const command = registerHall(program, 'health', {
    summary: SUMMARIES.health,
    example: 'wcp health',
    exits: '0 healthy, 1 something is wrong, 2 wrong usage, or the Hall does not answer.',
  });
  command.action(async (options: HallOptions) => {
    const health = await hallOf(terminal, options).showHealth();
    terminal.write(options.json ? jsonText(health) : healthText(health, terminal.colours));
    exitWith(health.status === 'ok' ? EXIT.ok : EXIT.found);
  });
}

function healthText(health: Health, { green, red, dim }: Colours): string {
  const { status, level, world, gate, missing, troubles, diagnostics } = health;
  const paint = status === 'ok' ? green : red;
  return rows(
    [
      ['status', paint(status)],
      ['compliance level', level ?? 'none: it denies everything'],
      ['policy', escaped(world.policy_version)],
      ['world', world.digest],
      ['store', storeText(health.store)],
      ['gate', gate === null ? null : gateText(gate)],
      ['open', health.is_open ? 'no key is configured: anyone may send requests, in dev only' : null],
      ...troubles.map(({ code, message }) => ['problem', `${code}: ${escaped(message)}`] as const),
      ...missing.map((each) => ['missing', `for ${each.level}: ${escaped(each.reason)}`] as const),
      ...diagnostics
        .filter((each) => each.level !== 'info')
        .map((each) => [each.level, `${each.code} ${escaped(each.path)}: ${escaped(each.message)}`] as const),
    ],
    0,
    dim,
  );
}

/** Nothing of a store that was read to the end. */
function storeText({ state, checked, of }: Health['store']): string | null {
  if (state === 'done') return null;
  const read = `${checked.toLocaleString('en')} of ${of.toLocaleString('en')} receipts read again, newest first`;
  return state === 'failed' ? `${read}; something was changed` : read;
}

function gateText({ kind, policy_version, stale_since }: NonNullable<Health['gate']>): string {
  const stale = stale_since === null ? '' : `, older than the files since ${escaped(stale_since)}`;
  return `${escaped(kind)} ${escaped(policy_version)}${stale}`;
}
