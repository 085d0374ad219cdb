import type { Command } from 'commander';
import { type CommandContext, registerGroup } from '../register.ts';
import { SUMMARIES } from '../summaries.ts';
import { addImport } from './import.ts';
import { addServeMcp } from './serve.ts';
import { addTest } from './test.ts';
import { addTools } from './tools.ts';
import { addUndo } from './undo.ts';
import { addWrap } from './wrap.ts';

/** `wcp mcp`: a Hall before the tools of MCP servers. */
export function addMcp(program: Command, context: CommandContext): void {
  const group = registerGroup(program, 'mcp', SUMMARIES.mcp);
  addWrap(group, context);
  addServeMcp(group, context);
  addTools(group, context);
  addTest(group, context);
  addImport(group, context);
  addUndo(group, context);
}
