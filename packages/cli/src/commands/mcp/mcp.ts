import type { Command } from 'commander';
import { type CommandContext, registerGroup } from '../register.ts';
import { addImport } from './import.ts';
import { addUndo } from './undo.ts';

/** `wcp mcp`: a Hall before the tools of MCP servers. */
export function addMcp(program: Command, context: CommandContext): void {
  const group = registerGroup(
    program,
    'mcp',
    'Put a Hall before MCP servers: each call of a tool is decided.',
  );
  addImport(group, context);
  addUndo(group, context);
}
