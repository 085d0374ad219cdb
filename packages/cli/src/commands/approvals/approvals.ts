import type { Command } from 'commander';
import { jsonText } from '../../print/json.ts';
import { type HallOptions, hallOf, registerHall } from '../hall-options.ts';
import { addListOptions, fetchList, type ListOptions, moreText } from '../list-options.ts';
import { type CommandContext, registerGroup } from '../register.ts';
import { SUMMARIES } from '../summaries.ts';
import { approvalListText, approvalText } from './approval-text.ts';
import { addResolutions } from './resolve.ts';

/** `wcp approvals`: the requests that wait for a steward at a Hall (section 9). */
export function addApprovals(program: Command, context: CommandContext): void {
  const group = registerGroup(program, 'approvals', SUMMARIES.approvals);
  addList(group, context);
  addShow(group, context);
  addResolutions(group, context);
}

function addList(group: Command, { terminal }: CommandContext): void {
  const command = registerHall(group, 'list', {
    summary: 'List pending approvals, oldest first.',
    example: 'wcp approvals list',
    exits: '0 listed, 2 wrong usage, or the Hall refused.',
  });
  addListOptions(command).action(async (options: HallOptions & ListOptions) => {
    const page = await fetchList(hallOf(terminal, options), 'listPendingApprovals', {}, options);
    if (options.json) terminal.write(jsonText(page));
    else terminal.write(approvalListText(page.items, terminal.colours) + moreText(page));
  });
}

function addShow(group: Command, { terminal }: CommandContext): void {
  const command = registerHall(group, 'show', {
    summary: 'Show an approval: its request, reasons and history.',
    example: 'wcp approvals show 0195f3a0-7c1e-7000-8000-000000000001',
    exits: '0 shown, 1 not found, 2 wrong usage, or the Hall refused.',
  });
  command.argument('<id>', 'the id of the approval').action(async (id: string, options: HallOptions) => {
    const approval = await hallOf(terminal, options).showApproval({ approval_id: id });
    terminal.write(options.json ? jsonText(approval) : approvalText(approval, terminal.colours));
  });
}
