import type { Command } from 'commander';
import { type CommandContext, registerGroup } from '../register.ts';
import { SUMMARIES } from '../summaries.ts';
import { addWitnessInit } from './init.ts';
import { addWitnessServe } from './serve.ts';
import { addWatch } from './watch.ts';

/** `wcp witness`: a machine that watches the logs of Halls elsewhere (section 8.8). */
export function addWitness(program: Command, context: CommandContext): void {
  const group = registerGroup(program, 'witness', SUMMARIES.witness);
  addWitnessInit(group, context);
  addWatch(group, context);
  addWitnessServe(group, context);
}
