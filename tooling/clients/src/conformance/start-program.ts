import { type ChildProcess, spawn } from 'node:child_process';

/** A program that says in its first line that it is ready. */
export interface StartedProgram {
  readonly firstLine: string;
  close(): Promise<void>;
}

/** Starts a program of Node, and waits for the first line of its output. */
export async function startProgram(
  args: readonly string[],
  env: Record<string, string>,
): Promise<StartedProgram> {
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const close = () => ended(child);
  try {
    return { firstLine: await firstLine(child), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('close', resolve));
  child.kill('SIGTERM');
  await gone;
}

function firstLine({ stdout }: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      const end = text.indexOf('\n');
      if (end >= 0) resolve(text.slice(0, end));
    });
    stdout?.once('end', () => reject(new Error('The program ended before it was ready.')));
  });
}
