/** An MCP server with as many tools as its argument says, over standard input and output. */
import { createInterface } from 'node:readline';

const count = Number(process.argv[2]);

const RESULTS: Readonly<Record<string, () => object>> = {
  initialize: () => ({
    protocolVersion: '2025-11-25',
    capabilities: { tools: {} },
    serverInfo: { name: 'many-tools', version: '1.0.0' },
  }),
  'tools/list': () => ({ tools: Array.from({ length: count }, (_, index) => tool(index)) }),
  'tools/call': () => ({ content: [{ type: 'text', text: 'hello' }] }),
};

/** As long as those of real servers. */
function tool(index: number): object {
  const path = { type: 'string', description: 'The file, within the folders that may be read.' };
  const head = { type: 'number', description: 'Only so many of its first lines.' };
  return {
    name: `read_part_${index}`,
    description: `Reads part ${index} of a file and gives it back as text, in the encoding that was asked for.`,
    inputSchema: { type: 'object', properties: { path, head }, required: ['path'] },
    annotations: { readOnlyHint: true, openWorldHint: false },
  };
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method } = JSON.parse(line);
  if (id === undefined) return;
  const result = RESULTS[method]?.();
  const answer =
    result === undefined ? { error: { code: -32_601, message: 'There is no such method.' } } : { result };
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, ...answer })}\n`);
});
