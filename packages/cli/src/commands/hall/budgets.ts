import type { BudgetState } from '@wcp/spec/hall';
import type { Command } from 'commander';
import { jsonText } from '../../print/json.ts';
import { tableText } from '../../print/table.ts';
import { type HallOptions, hallOf, registerHall } from '../hall-options.ts';
import type { CommandContext } from '../register.ts';
import { SUMMARIES } from '../summaries.ts';

/** `wcp budgets`: what is left of the budgets of a Hall (section 5.12). */
export function addBudgets(program: Command, { terminal }: CommandContext): void {
  const command = registerHall(program, 'budgets', {
    summary: SUMMARIES.budgets,
    details: 'Each tenant, capability or worker that is counted by itself has a line once it has spent.',
    example: 'wcp budgets',
    exits: '0 listed, 2 wrong usage, or the Hall refused.',
  });
  command.action(async (options: HallOptions) => {
    const page = await hallOf(terminal, options).listBudgets();
    if (options.json) terminal.write(jsonText(page));
    else terminal.write(listText(page.items, terminal.colours.bold));
  });
}

const ALL_TOGETHER = 'all';

function listText(budgets: readonly BudgetState[], bold: (text: string) => string): string {
  if (budgets.length === 0) return 'This Hall has no budgets.\n';
  const lines = budgets.map((each) => [
    each.budget_id,
    each.tenant_id ?? ALL_TOGETHER,
    each.capability_id ?? ALL_TOGETHER,
    each.worker_id ?? ALL_TOGETHER,
    each.unit,
    String(each.spent),
    String(each.limit),
    String(each.remaining),
    each.ends_at,
  ]);
  const names = ['budget', 'tenant', 'capability', 'worker', 'unit', 'spent', 'limit', 'left', 'until'];
  return tableText(names, lines, bold);
}
