import type { Command } from 'commander';
import { type CommandContext, registerGroup } from '../register.ts';
import { SUMMARIES } from '../summaries.ts';
import { addBansCheck } from './check.ts';
import { addBansMake } from './make.ts';
import { addBansPublish } from './publish.ts';
import { addBansSubscribe } from './subscribe.ts';

/** `wcp bans`: the hashes of code that an authority knows to be bad (section 8, "Ban list"). */
export function addBans(program: Command, context: CommandContext): void {
  const group = registerGroup(program, 'bans', SUMMARIES.bans);
  addBansMake(group, context);
  addBansPublish(group, context);
  addBansSubscribe(group, context);
  addBansCheck(group, context);
}
