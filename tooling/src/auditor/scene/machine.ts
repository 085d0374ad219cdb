import { type ChildProcess, spawn } from 'node:child_process';

/** What a command came to. */
export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A server that is ready. */
export interface Served {
  /** What it wrote until it was. */
  readonly out: string;
  stop(): Promise<void>;
}

/** Where `wcp` runs: processes of an installed program, or the process of a test. */
export interface Machine {
  run(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ran>;
  /** Starts a server, and resolves once what it wrote matches. */
  serve(args: readonly string[], ready: RegExp): Promise<Served>;
}

/**
 * A machine on which `wcp` is a process of its own.
 *
 * @param program the file that Node runs
 * @param cwd the folder that it runs in
 * @param around a command that each process is started by (default: none)
 */
export function processMachine(program: string, cwd: string, around: readonly string[] = []): Machine {
  const start = (args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
    const [command = '', ...rest] = [...around, process.execPath, program, ...args];
    return spawn(command, rest, { cwd, env: { PATH: process.env['PATH'] ?? '', ...env } });
  };
  return {
    async run(args, env) {
      const child = start(args, env);
      child.stdin.end();
      const said = collect(child);
      const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
      return { code, out: said.out, err: said.err };
    },
    async serve(args, ready) {
      const child = start(args);
      const said = collect(child);
      await new Promise<void>((resolve, reject) => {
        child.stdout.on('data', () => {
          if (ready.test(said.out)) resolve();
        });
        child.once('close', () => reject(new Error(`It ended: ${said.out}${said.err}`)));
      });
      return { out: said.out, stop: () => stopped(child) };
    },
  };
}

function collect(child: ChildProcess): { out: string; err: string } {
  const said = { out: '', err: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    said.out += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said.err += text;
  });
  return said;
}

function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('close', () => resolve());
    child.kill('SIGTERM');
  });
}
