import type { Command } from 'commander';
import { type CommandContext, registerGroup } from '../register.ts';
import { SUMMARIES } from '../summaries.ts';
import { addAgentsCheck } from './check.ts';

/** `wcp agents`: the tools of agents that are programs of your own. */
export function addAgents(program: Command, context: CommandContext): void {
  const group = registerGroup(program, 'agents', SUMMARIES.agents);
  addAgentsCheck(group, context);
}
