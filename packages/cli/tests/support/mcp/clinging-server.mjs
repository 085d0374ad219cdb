/**
 * An MCP server that does not go by itself, but for the kind `plain`. `chain` is what `npx` makes of a server: a launcher,
 * a shell and another Node, all deaf. `daemon` leaves its group. Its second argument is by what its processes are found.
 */
import { spawn } from 'node:child_process';

const [kind, token] = process.argv.slice(2);
const deafen = () => {
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => {});
  setInterval(() => {}, 1_000);
};

if (kind === 'chain') {
  deafen();
  const line = `'${process.execPath}' '${process.argv[1]}' deaf '${token}'; true`;
  spawn('sh', ['-c', line], { stdio: 'inherit' });
} else if (kind === 'asleep') deafen();
else serve();

function serve() {
  if (kind === 'deaf') deafen();
  if (kind === 'daemon') {
    const words = [process.argv[1], 'asleep', token];
    spawn(process.execPath, words, { detached: true, stdio: 'ignore' }).unref();
  }
  const write = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  const text = (said) => ({ resultType: 'complete', content: [{ type: 'text', text: said }] });
  const answers = {
    'server/discover': () => ({ supportedVersions: ['2026-07-28'], capabilities: { tools: {} } }),
    'tools/list': () => ({
      tools: ['echo', 'big'].map((name) => ({ name, inputSchema: { type: 'object' } })),
    }),
    'tools/call': ({ name }) => text(name === 'big' ? 'x'.repeat(10 * 1_048_576) : 'echo'),
  };
  let rest = '';
  process.stdout.on('error', () => {});
  process.stdin.on('end', () => kind === 'plain' && process.exit(0));
  process.stdin.on('data', (chunk) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop();
    for (const { id, method, params } of lines.map((line) => JSON.parse(line))) {
      if (id !== undefined && answers[method] !== undefined) write({ id, result: answers[method](params) });
      else if (id !== undefined) write({ id, error: { code: -32_601, message: 'Method not found' } });
    }
  });
}
