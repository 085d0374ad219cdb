import type { UngovernedTool } from '@wcp/agents/check';
import type { Command } from 'commander';
import { usageError } from '../../base/cli-error.ts';
import { jsonText } from '../../print/json.ts';
import { escaped } from '../../print/layout.ts';
import { type CommandContext, register } from '../register.ts';
import { sourceFiles } from './source-files.ts';

/** What no reading of sources can find. */
const NOT_SEEN =
  'Not seen: tools of other frameworks, tools made within packages, by MCP servers or by your own functions, those that Claude Code brings along (see hallHooks), and sources in other languages or in files like .vue.';

/** `wcp agents check`: tools that no Hall stands before. */
export function addAgentsCheck(group: Command, { terminal, exitWith }: CommandContext): void {
  const command = register(group, 'check', {
    summary: 'Find tools that no Hall stands before, in the sources of a project.',
    details:
      'Reads JavaScript and TypeScript and runs nothing. It knows the tools of ai, @openai/agents, @langchain/core, @mastra/core and @anthropic-ai/claude-agent-sdk. Folders named node_modules and hidden ones are left out, and so are links and those named dist, build, out and coverage: it names them.',
    example: 'wcp agents check src',
    exits:
      '0 nothing found, 1 a tool without a Hall or a file that cannot be read, 2 wrong usage or no sources.',
  });
  command
    .argument('[paths...]', 'files and folders (default: this folder)')
    .action(async (paths: readonly string[], { json }: { readonly json?: boolean }) => {
      const { sources, unread, left_out } = await sourceFiles(terminal, paths.length === 0 ? ['.'] : paths);
      if (sources.length + unread.length === 0) throw usageError('There are no sources here.');
      const { checkSources } = await import('@wcp/agents/check');
      const { files, tools, findings } = checkSources(sources);
      const all = [...unread.map(unreadable), ...findings];
      const ok = all.length === 0;
      terminal.write(
        json
          ? jsonText({ ok, files, tools, findings: all, left_out, not_seen: NOT_SEEN })
          : textOf(
              all,
              `${files} files, ${tools} tools, ${all.length} findings. ${leftOutText(left_out)}${NOT_SEEN}\n`,
            ),
      );
      exitWith(ok ? 0 : 1);
    });
}

function unreadable({ file, message }: { readonly file: string; readonly message: string }): UngovernedTool {
  return { file, line: 1, code: 'UNREADABLE', framework: null, message };
}

function leftOutText(left_out: readonly string[]): string {
  return left_out.length === 0 ? '' : `Left out: ${left_out.map(escaped).join(', ')}. `;
}

function textOf(findings: readonly UngovernedTool[], summary: string): string {
  const lines = findings.map(({ file, line, code, framework, message }) => {
    const of = framework === null ? '' : ` (${framework})`;
    return `${escaped(file)}:${line}: ${code}${of}: ${escaped(message)}\n`;
  });
  return lines.join('') + summary;
}
