import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { childStdio } from '@wcp/sandbox';
import type { Enforcement } from '@wcp/spec/document';
import type { DeliveryCode } from '../delivery-code.ts';
import { DECLARED_ENFORCEMENT } from '../enforcement.ts';
import { enrolGroup, killGroup, residentMemory } from './process-tree.ts';

/** A program of a worker that was started. */
export interface WorkerProgram {
  readonly child: ChildProcessWithoutNullStreams;
  /** What holds it to its envelope and its limits. */
  readonly enforcement: Enforcement;
  /** Resolves when it is gone with whatever it started: the limit that it was ended for, null for none. */
  readonly ended: Promise<DeliveryCode | null>;
  /** Kills it with whatever it started. */
  kill(): void;
  /** The limit that it is above now; null for none. Absent where nobody has to ask. */
  exceeded?(): DeliveryCode | null;
}

/** How to start a program that nothing holds to its envelope. */
export interface DeclaredLaunch {
  readonly command: readonly string[];
  readonly cwd: string;
  /** All of its environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Memory of the program and whatever it starts, in MiB. */
  readonly memory_mb: number;
}

/** Starts a program in a process group of its own. What `spawn` throws, it throws. */
export function startDeclared({ command, cwd, env, memory_mb }: DeclaredLaunch): WorkerProgram {
  const [program = '', ...args] = command;
  const { stdio, close } = childStdio();
  const options = { cwd, env: { ...env }, detached: true, stdio: [...stdio] };
  const child = spawn(program, args, options) as ChildProcessWithoutNullStreams;
  close();
  const { pid } = child;
  if (pid !== undefined) enrolGroup(pid);
  return {
    child,
    enforcement: DECLARED_ENFORCEMENT,
    ended: new Promise((resolve) => child.once('exit', () => resolve(null))),
    kill: () => {
      if (pid !== undefined) killGroup(pid);
    },
    exceeded: () =>
      pid !== undefined && residentMemory(pid) > memory_mb * 1024 * 1024 ? 'DELIVERY_MEMORY' : null,
  };
}
