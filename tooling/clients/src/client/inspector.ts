import type { Connection, Target } from './client.ts';
import { bin, PATH, run } from './programs.ts';

/** The command line of the inspector: it connects anew for each method. */
export async function inspector(target: Target, home: string): Promise<Connection> {
  const env = target.kind === 'stdio' ? target.env : { PATH, HOME: home };
  const ask = (...method: string[]) => outputOf(run(bin('mcp-inspector'), argsOf(target, method), { env }));
  return {
    async list() {
      const { tools } = JSON.parse(await ask('--method', 'tools/list')) as { tools: { name: string }[] };
      return tools.map(({ name }) => name);
    },
    call: (name, args) =>
      ask('--method', 'tools/call', '--tool-name', name, ...Object.entries(args).flatMap(toolArg)),
    close: async () => {},
  };
}

function toolArg([name, value]: readonly [string, unknown]): string[] {
  return ['--tool-arg', `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`];
}

/** Its own options stand before the `--` of a command. */
function argsOf(target: Target, method: readonly string[]): string[] {
  if (target.kind === 'stdio') return ['--cli', ...method, '--', target.command, ...target.args];
  const header = `Authorization: ${target.headers.Authorization}`;
  return ['--cli', target.url, '--transport', 'http', '--header', header, ...method];
}

/** What it printed, also where it failed: that is how it tells of a result that is an error. */
async function outputOf(running: Promise<{ stdout: string }>): Promise<string> {
  try {
    return (await running).stdout;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    return `${stdout}${stderr}`;
  }
}
