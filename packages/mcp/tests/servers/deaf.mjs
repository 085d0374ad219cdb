/** An MCP server that does not notice the end of its input and cannot be asked to go. It says its number. */
import { appendFileSync } from 'node:fs';

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => {});
setInterval(() => {}, 1_000);
appendFileSync(process.env.PIDS, `${process.pid}\n`);
let rest = '';
process.stdin.on('end', () => {});
process.stdin.on('data', (chunk) => {
  const lines = (rest + chunk).split('\n');
  rest = lines.pop();
  for (const line of lines) {
    const { id, method, params } = JSON.parse(line);
    const known = {
      initialize: { protocolVersion: params?.protocolVersion, capabilities: {}, serverInfo: {} },
    };
    const answer =
      known[method] === undefined ? { error: { code: -32_601, message: '' } } : { result: known[method] };
    if (id !== undefined) process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, ...answer })}\n`);
  }
});
process.stdout.on('error', () => {});
