import type { Command } from 'commander';
import { type CommandContext, registerGroup } from '../register.ts';
import { SUMMARIES } from '../summaries.ts';
import { addArchive } from './archive.ts';
import { addDisclose } from './disclose.ts';
import { addForget } from './forget.ts';
import { addTiles } from './tiles.ts';
import { addVerifyDisclosure } from './verify.ts';

/** `wcp evidence`: evidence kept for years, what is held beside its receipts, and what is shown of it (section 8). */
export function addEvidence(program: Command, context: CommandContext): void {
  const group = registerGroup(program, 'evidence', SUMMARIES.evidence);
  addTiles(group, context);
  addArchive(group, context);
  addForget(group, context);
  addDisclose(group, context);
  addVerifyDisclosure(group, context);
}
