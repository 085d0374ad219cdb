import { MCPServerStdio, MCPServerStreamableHttp } from '@openai/agents';
import { type Connection, quiet, type Target, textOf } from './client.ts';

/** It gives a server five seconds to start, which a busy machine may need. */
const PATIENT = { clientSessionTimeoutSeconds: 60 };

/** The client of OpenAI's Agents SDK. */
export async function openAiAgents(given: Target): Promise<Connection> {
  const target = quiet(given);
  const server =
    target.kind === 'stdio'
      ? new MCPServerStdio({ command: target.command, args: [...target.args], env: target.env, ...PATIENT })
      : new MCPServerStreamableHttp({ url: target.url, requestInit: { headers: target.headers } });
  await server.connect();
  return {
    list: async () => (await server.listTools()).map(({ name }) => name),
    call: (name, args) => textOf(server.callTool(name, { ...args })),
    close: () => server.close(),
  };
}
