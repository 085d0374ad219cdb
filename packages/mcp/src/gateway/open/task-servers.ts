import type { ClientAsks } from '../client-asks.ts';
import { resultRules } from '../result/result-rules.ts';
import type { TaskServer } from '../tasks/server-tasks.ts';
import type { OpenServer } from './open-servers.ts';
import { serverRequests } from './server-requests.ts';

/** What lets tasks of servers pass. */
export interface TaskServerParts {
  /** Decides about what they ask clients for. */
  readonly asks: ClientAsks;
  /** Where the Hall listens; null before that. */
  readonly hallUrl: () => string | null;
}

/** The servers whose tasks the operator lets pass, by alias. */
export function taskServers(
  servers: readonly OpenServer[],
  { asks, hallUrl }: TaskServerParts,
): ReadonlyMap<string, TaskServer> {
  const passing = servers.filter(({ settings }) => settings.tasks);
  return new Map(
    passing.map((server) => {
      const { alias, upstream, settings } = server;
      const { max_bytes } = settings.results;
      const requests = serverRequests(server, hallUrl);
      const taskServer: TaskServer = {
        upstream,
        rules: resultRules(settings),
        inputs: (asked) => (Object.keys(asked).length === 0 ? {} : requests.inputs(asked)),
        mayAsk: (caller, task, asked, signal) =>
          asks.answers(caller, { ...task, labels: settings }, { signal }, asked).then(
            () => true,
            () => false,
          ),
        ...(max_bytes !== undefined && { max_bytes }),
      };
      return [alias, taskServer];
    }),
  );
}
