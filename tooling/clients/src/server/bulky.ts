/** An MCP server that writes as much in one message as it is asked for. */
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';

const server = new Server({ name: 'bulky', version: '1.0.0' }, { capabilities: { tools: {} } });
server.setRequestHandler(ListToolsRequestSchema, () => ({
  tools: [
    {
      name: 'write',
      description: 'Writes many bytes.',
      inputSchema: { type: 'object', properties: { bytes: { type: 'number' } }, required: ['bytes'] },
    },
  ],
}));
server.setRequestHandler(CallToolRequestSchema, ({ params }) => ({
  content: [{ type: 'text', text: 'x'.repeat(Number(params.arguments?.['bytes'])) }],
}));
await server.connect(new StdioServerTransport());
