import type { Command } from 'commander';
import { type CommandContext, registerGroup } from '../register.ts';
import { SUMMARIES } from '../summaries.ts';
import { addWorkerServe } from './serve.ts';

/** `wcp worker`: a worker at its own end (section 10.5). */
export function addWorker(program: Command, context: CommandContext): void {
  const group = registerGroup(program, 'worker', SUMMARIES.worker);
  addWorkerServe(group, context);
}
