import type { Command } from 'commander';
import { jsonText } from '../../print/json.ts';
import { type HallOptions, hallOf, registerHall } from '../hall-options.ts';
import { addListOptions, fetchList, type ListOptions, moreText } from '../list-options.ts';
import { type CommandContext, registerGroup } from '../register.ts';
import { SUMMARIES } from '../summaries.ts';
import { addEnrol } from './enrol.ts';
import { workerListText, workerText } from './worker-text.ts';

/** `wcp workers`: the registry of a Hall (section 4.2). */
export function addWorkers(program: Command, context: CommandContext): void {
  const group = registerGroup(program, 'workers', SUMMARIES.workers);
  addList(group, context);
  addShow(group, context);
  addEnrol(group, context);
  addRemove(group, context);
}

function addList(group: Command, { terminal }: CommandContext): void {
  const command = registerHall(group, 'list', {
    summary: 'List the enrolled workers.',
    example: 'wcp workers list',
    exits: '0 listed, 2 wrong usage, or the Hall refused.',
  });
  addListOptions(command).action(async (options: HallOptions & ListOptions) => {
    const page = await fetchList(hallOf(terminal, options), 'listWorkers', {}, options);
    if (options.json) terminal.write(jsonText(page));
    else terminal.write(workerListText(page.items, terminal.colours) + moreText(page));
  });
}

function addShow(group: Command, { terminal }: CommandContext): void {
  const command = registerHall(group, 'show', {
    summary: 'Show a worker: its record and versions.',
    example: 'wcp workers show org.example.hello',
    exits: '0 shown, 1 no such worker is enrolled, 2 wrong usage, or the Hall refused.',
  });
  command.argument('<id>', 'the id of the worker').action(async (id: string, options: HallOptions) => {
    const shown = await hallOf(terminal, options).showWorker({ worker_id: id });
    if (options.json) terminal.write(jsonText(shown));
    else terminal.write(workerText(shown.worker, shown.versions.length, terminal.colours));
  });
}

function addRemove(group: Command, { terminal }: CommandContext): void {
  const command = registerHall(group, 'remove', {
    summary: 'Remove a worker: nothing more is dispatched to it.',
    example: 'wcp workers remove org.example.hello',
    exits: '0 removed, 1 no such worker is enrolled, 2 wrong usage, or the Hall refused.',
  });
  command.argument('<id>', 'the id of the worker').action(async (id: string, options: HallOptions) => {
    const removed = await hallOf(terminal, options).removeWorker({ worker_id: id });
    terminal.write(options.json ? jsonText(removed) : `${removed.worker_id} was removed.\n`);
  });
}
