/** An MCP server with one tool, which appends a line to the file FILE: each run of it can be counted there. */
import { appendFileSync } from 'node:fs';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { z } from 'zod';

const server = new McpServer({ name: 'writer', version: '1.0.0' });
server.registerTool(
  'append',
  { description: 'Appends a line.', inputSchema: { line: z.string() } },
  async ({ line }) => {
    appendFileSync(process.env.FILE, `${line}\n`);
    return { content: [{ type: 'text', text: `appended ${line}` }] };
  },
);
await server.connect(new StdioServerTransport());
