import type { ChildProcess } from 'node:child_process';
import type { Enforcement } from '../base/enforcement.ts';
import type { SandboxLimits } from '../limits/sandbox-limits.ts';

/** A program that runs. */
export interface Sandboxed {
  /** With pipes for standard input, output and error. It ends when the program does, with the same status. */
  readonly process: ChildProcess;
  /** What of the envelope and of the limits is enforced. */
  readonly enforcement: Enforcement;
  /** Resolves when the program and everything that it started are gone: how it ended. */
  readonly ended: Promise<SandboxEnd>;
  /** Kills the program and everything that it started; resolves when all of it is gone. */
  close(): Promise<void>;
}

/** How a sandbox ended. */
export interface SandboxEnd {
  readonly exit_code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The limit that it exceeded; null where it ended for another reason. */
  readonly exceeded: keyof SandboxLimits | null;
}
