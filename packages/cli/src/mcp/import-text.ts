import type { ClientServer } from '@wcp/mcp';
import { escaped } from '../print/layout.ts';
import type { Import } from './import-servers.ts';

/** What an import changes, for a person; values of variables and headers are not shown. */
export function importText({ file, plan, backup }: Import, dir: string): string {
  const { taken, left, edits } = plan;
  const lines = [
    `${escaped(file)}:`,
    ...taken.map((server) => `- ${escaped(server.name)}: ${wayOf(server)}`),
    ...edits.flatMap(({ path, value }) =>
      value === undefined ? [] : [`+ ${escaped(path.at(-1) ?? '')}: ${launchText(value)}`],
    ),
    ...left.map(({ name, reason }) => `  ${escaped(name)} stays: ${reason ?? ''}`),
  ];
  return `${lines.join('\n')}\n\n${endText(taken.length, backup, dir)}\n`;
}

function endText(count: number, backup: string | null, dir: string): string {
  if (count === 0) return 'There is nothing to move.';
  if (backup === null) return 'Nothing was written. Add --write to write it.';
  return [
    `${count} ${count === 1 ? 'server' : 'servers'} moved behind the gateway in ${escaped(dir)}; every call waits for a steward until you`,
    `trust a server or name tools that run, in ${escaped(dir)}/mcp.json. The file as it was: ${escaped(backup)}.`,
    'Nothing was started: the client starts the gateway. `wcp mcp undo` takes this back.',
  ].join('\n');
}

function wayOf({ settings }: ClientServer): string {
  const { command, args, url, env, headers } = (settings ?? {}) as Readonly<Record<string, unknown>>;
  const way = typeof url === 'string' ? url : [command, ...(Array.isArray(args) ? args : [])].join(' ');
  const names = [...Object.keys(Object(env)), ...Object.keys(Object(headers))];
  return escaped(`${way}${names.length === 0 ? '' : ` (with ${names.join(', ')})`}`);
}

function launchText(value: unknown): string {
  const { command, args } = Object(value) as { command?: unknown; args?: unknown };
  return escaped([command, ...(Array.isArray(args) ? args : [])].join(' '));
}
