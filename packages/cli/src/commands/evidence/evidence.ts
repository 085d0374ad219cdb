import type { Command } from 'commander';
import { type CommandContext, registerGroup } from '../register.ts';
import { addArchive } from './archive.ts';
import { addTiles } from './tiles.ts';

/** `wcp evidence`: evidence of any size, kept for years (section 8). */
export function addEvidence(program: Command, context: CommandContext): void {
  const group = registerGroup(program, 'evidence', 'Serve, archive and keep the evidence of a Hall.');
  addTiles(group, context);
  addArchive(group, context);
}
