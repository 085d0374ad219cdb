import { createMCPClient } from '@ai-sdk/mcp';
import { Experimental_StdioMCPTransport as Stdio } from '@ai-sdk/mcp/mcp-stdio';
import { type Connection, quiet, type Target, textOf } from './client.ts';

/** The client of Vercel's AI SDK. */
export async function aiSdk(given: Target): Promise<Connection> {
  const target = quiet(given);
  const transport =
    target.kind === 'stdio'
      ? new Stdio({ command: target.command, args: [...target.args], env: target.env })
      : { type: 'http' as const, url: target.url, headers: { ...target.headers } };
  const client = await createMCPClient({ transport });
  return {
    list: async () => Object.keys(await client.tools()),
    async call(name, args) {
      const options = { toolCallId: '1', messages: [], context: {} };
      const tool = (await client.tools())[name];
      return textOf(Promise.resolve(tool?.execute?.(args, options)));
    },
    close: () => client.close(),
  };
}
