import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type ModelRequest, toolResults } from '../model/model-request.ts';
import { claudeEnv, runClaude } from '../model/run-claude.ts';
import type { Connection, Target } from './client.ts';
import { bin, run } from './programs.ts';

const SERVER = 'files';
const PREFIX = `mcp__${SERVER}__`;

/** Claude Code: configured by its own command, and asked for each list and call by a scripted model. */
export async function claudeCode(target: Target, parent: string): Promise<Connection> {
  const home = join(parent, `claude-${target.kind}`);
  await configure(target, home);
  return {
    async list() {
      await checkConnected(home);
      let tools: string[] = [];
      const see = (request: ModelRequest) => {
        tools = (request.tools ?? []).map(({ name }) => name);
        return { text: 'Thank you.' };
      };
      await runClaude({ home, turns: [see] });
      return tools.filter((name) => name.startsWith(PREFIX)).map((name) => name.slice(PREFIX.length));
    },
    async call(name, input) {
      let text = '';
      const read = (request: ModelRequest) => {
        text = toolResults(request).at(-1)?.text ?? '';
        return { text: 'Thank you.' };
      };
      await runClaude({ home, turns: [() => ({ tool: `${PREFIX}${name}`, input }), read] });
      return text;
    },
    close: async () => {},
  };
}

async function configure(target: Target, home: string): Promise<void> {
  mkdirSync(home, { recursive: true });
  const where =
    target.kind === 'stdio'
      ? [SERVER, '--', target.command, ...target.args]
      : [
          '--transport',
          'http',
          SERVER,
          target.url,
          '--header',
          `Authorization: ${target.headers.Authorization}`,
        ];
  await run(bin('claude'), ['mcp', 'add', '--scope', 'user', ...where], { cwd: home, env: claudeEnv(home) });
}

/** @throws where its own list says that it cannot reach the gateway */
async function checkConnected(home: string): Promise<void> {
  const { stdout } = await run(bin('claude'), ['mcp', 'list'], { cwd: home, env: claudeEnv(home) });
  const line = stdout.split('\n').find((each) => each.startsWith(`${SERVER}:`)) ?? stdout;
  if (!/[✓✔]/.test(line)) throw new Error(`It did not connect: ${line}`);
}
