/**
 * An MCP server of the SDK with resources and prompts over standard input and output. LOG gets the method and the name
 * of each request that reaches it.
 */
import { appendFileSync } from 'node:fs';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import {
  CallToolRequestSchema,
  GetPromptRequestSchema,
  ListPromptsRequestSchema,
  ListResourcesRequestSchema,
  ListToolsRequestSchema,
  McpError,
  ReadResourceRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';

const SECRET = `ghp_${'a'.repeat(36)}`;
const noted = (handle) => (request) => {
  const { method, params = {} } = request;
  appendFileSync(process.env.LOG, `${[method, params.uri ?? params.name].filter(Boolean).join(' ')}\n`);
  return handle(params);
};
const RESOURCES = {
  'note://plain': 'plain words',
  'note://secret': `the token is ${SECRET}`,
  'note://long': 'x'.repeat(100_000),
};
const capabilities = { tools: {}, resources: { listChanged: true }, prompts: {} };
const server = new Server({ name: 'library', version: '1.0.0' }, { capabilities });
server.setRequestHandler(
  ListResourcesRequestSchema,
  noted(() => ({ resources: Object.keys(RESOURCES).map((uri) => ({ uri, name: uri })) })),
);
server.setRequestHandler(
  ReadResourceRequestSchema,
  noted(({ uri }) => {
    const text = RESOURCES[uri];
    if (uri === 'note://fault') throw new McpError(-32_000, 'x'.repeat(100_000));
    if (text === undefined) throw new McpError(-32_002, 'There is no such note.');
    return { contents: [{ uri, mimeType: 'text/plain', text, 'x-unknown': [1] }] };
  }),
);
server.setRequestHandler(
  ListPromptsRequestSchema,
  noted(() => ({ prompts: [{ name: 'greet', arguments: [{ name: 'who', required: true }] }] })),
);
server.setRequestHandler(
  GetPromptRequestSchema,
  noted(({ name, arguments: given = {} }) => {
    if (name !== 'greet') throw new McpError(-32_602, 'There is no such prompt.');
    return { messages: [{ role: 'user', content: { type: 'text', text: `Hello ${given.who}, ${SECRET}` } }] };
  }),
);
server.setRequestHandler(
  ListToolsRequestSchema,
  noted(() => ({ tools: [{ name: 'token', inputSchema: { type: 'object' } }] })),
);
server.setRequestHandler(
  CallToolRequestSchema,
  noted(() => ({
    content: [{ type: 'text', text: SECRET }],
    structuredContent: { deep: [{ [SECRET]: SECRET }], kept: 'plain' },
  })),
);
await server.connect(new StdioServerTransport());
