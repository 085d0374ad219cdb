import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Enforcement, SandboxEnd, SandboxOptions, User } from '../../src/index.ts';

/** What is to be run: files and secrets are text. */
export type HostRequest = Omit<SandboxOptions, 'package' | 'secrets'> & {
  readonly files: Readonly<Record<string, string>>;
  readonly secrets?: Readonly<Record<string, string>>;
  /** What it reads from standard input. */
  readonly input?: string;
  /** Milliseconds after which it is closed. */
  readonly hold_ms?: number;
  /** The addresses that every name leads to, one answer after the other; absent for those of the system. */
  readonly resolved?: readonly string[];
};

/** What came of a run. */
export interface HostAnswer {
  readonly stdout: string;
  readonly stderr: string;
  readonly end: SandboxEnd;
  readonly enforcement: Enforcement;
  readonly memory: string | null;
}

/** Starts a program with a file open far behind the descriptors that Node closes. */
const INHERITING = [
  '/usr/bin/python3',
  '-c',
  'import os, sys; os.dup2(os.open(sys.argv[1], os.O_RDONLY), 60); os.execv(sys.argv[2], sys.argv[2:])',
];
const PROGRAM = fileURLToPath(new URL('host-program.ts', import.meta.url));

/** A process that runs sandboxes as some user. */
export class Host {
  readonly child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(
    options: {
      readonly user?: User;
      readonly env?: NodeJS.ProcessEnv;
      /** A file that it gets open from whoever starts it, without close-on-exec. */
      readonly inherits?: string;
    } = {},
  ) {
    const { user, env, inherits } = options;
    const words = [process.execPath, '--no-warnings', PROGRAM];
    const [file = '', ...rest] = inherits === undefined ? words : [...INHERITING, inherits, ...words];
    this.child = spawn(file, rest, {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { PATH: process.env['PATH'], ...env },
      ...user,
    });
    if (this.child.stdout === null) throw new Error('The host has no output.');
    this.#lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  /** Runs a program to its end. Rejects with what `sandboxed` rejects with. */
  async run(request: HostRequest): Promise<HostAnswer> {
    this.child.stdin?.write(`${JSON.stringify(request)}\n`);
    const { value } = await this.#lines.next();
    if (value === undefined) throw new Error('The host has ended.');
    const answer = JSON.parse(value);
    if (answer.error !== undefined) throw Object.assign(new Error(answer.error.message), answer.error);
    return answer;
  }

  async close(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.stdin?.end();
    await once(this.child, 'exit');
  }
}
