/**
 * An MCP server whose tools are those of the file TOOLS, read again for each list: it changes them without a word. LOG gets
 * the name of each tool that is called.
 */
import { appendFileSync, readFileSync } from 'node:fs';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';

const { TOOLS = '', LOG = '' } = process.env;
const server = new Server({ name: 'changing', version: '1.0.0' }, { capabilities: { tools: {} } });

server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: JSON.parse(readFileSync(TOOLS, 'utf8')) }));
server.setRequestHandler(CallToolRequestSchema, ({ params }) => {
  appendFileSync(LOG, `${params.name}\n`);
  return { content: [{ type: 'text', text: `${params.name} ran` }] };
});
await server.connect(new StdioServerTransport());
