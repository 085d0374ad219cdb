import { join } from 'node:path';
import { escaped } from '../print/layout.ts';
import type { OpenFolder } from './open-folder.ts';

/** What an operator is told once the gateway serves: no key is in it, because clients keep what a server writes. */
export function readyText({ kind, opened }: OpenFolder, dir: string): string {
  if (kind === 'relay')
    return `wcp: Another process has the folder ${escaped(dir)}; its gateway serves this client too.\n`;
  const { catalog, workers, created, enrolled, reach, urls } = opened;
  const counts = new Map<string, number>();
  for (const { state } of catalog.tools()) counts.set(state, (counts.get(state) ?? 0) + 1);
  const hidden = [...counts]
    .filter(([state]) => state !== 'enrolled')
    .map(([state, count]) => `${count} ${state}`);
  const lines = [
    ...(created.length === 0
      ? []
      : [`The folder ${escaped(dir)} was created, with keys for an agent and a steward.`]),
    ...(enrolled.length === 0
      ? []
      : [`${enrolled.length} tools were enrolled at first sight. rules.json says which run and which wait.`]),
    ...reach.map(({ text }) => text),
    `${(counts.get('enrolled') ?? 0) + workers.tools().length} tools are served.`,
    ...workers
      .hidden()
      .map(({ capability_id, reason }) => `Hidden: ${escaped(capability_id)}, because: ${escaped(reason)}`),
    ...(hidden.length === 0
      ? []
      : [`Hidden and denied: ${hidden.join(', ')}. wcp mcp diff --dir ${escaped(dir)} shows why.`]),
    ...(urls === null
      ? []
      : [
          `What waits for a steward is approved at ${urls.hall}/approvals/… with the key in ${escaped(join(dir, 'keys', 'steward.key'))}.`,
        ]),
  ];
  return lines.map((line) => `wcp: ${line}\n`).join('');
}
