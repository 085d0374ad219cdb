import type { Members } from '../../base/members.ts';
import { resultRules } from '../result/result-rules.ts';
import type { TaskServer } from '../tasks/server-tasks.ts';
import type { OpenServer } from './open-servers.ts';

/** The servers whose tasks the operator lets pass, by alias. */
export function taskServers(servers: readonly OpenServer[]): ReadonlyMap<string, TaskServer> {
  const passing = servers.filter(({ settings }) => settings.tasks);
  return new Map(
    passing.map(({ alias, upstream, settings }) => {
      const { max_bytes } = settings.results;
      const server = { upstream, rules: resultRules(settings), inputs };
      return [alias, { ...server, ...(max_bytes !== undefined && { max_bytes }) }];
    }),
  );
}

/** Nothing that a server asks a client for passes. */
function inputs(requests: Members): Members | null {
  return Object.keys(requests).length === 0 ? {} : null;
}
