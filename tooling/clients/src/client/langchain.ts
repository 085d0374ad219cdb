import { MultiServerMCPClient } from '@langchain/mcp-adapters';
import { type Connection, quiet, type Target, textOf } from './client.ts';

/** The client of LangChain. It throws where a result is an error. */
export async function langchain(given: Target): Promise<Connection> {
  const target = quiet(given);
  const server =
    target.kind === 'stdio'
      ? { transport: 'stdio' as const, command: target.command, args: [...target.args], env: target.env }
      : { transport: 'http' as const, url: target.url, headers: { ...target.headers } };
  const client = new MultiServerMCPClient({ mcpServers: { files: server } });
  const tools = await client.getTools();
  return {
    list: async () => tools.map(({ name }) => name),
    call: (name, args) => textOf(Promise.resolve(tools.find((tool) => tool.name === name)?.invoke(args))),
    close: () => client.close(),
  };
}
