import type { Command } from 'commander';
import type { CommandContext } from '../register.ts';
export function addDemo(_program: Command, _context: CommandContext): void {}
