/** What the processes of one worker may take. */
export interface ProcessLimits {
  /** How many run at a time, each with one call; 2. */
  readonly processes: number;
  /** How many calls may wait for a process; 256. */
  readonly waiting: number;
  /** What a process may hold in memory, with whatever it starts, in MiB; 512. Seen on Linux alone. */
  readonly memory_mb: number;
  /** The longest line that a worker may write, in bytes; 8 MiB. */
  readonly answer_bytes: number;
  /** How many calls a process has before it is let go; 1000. With 1 no call finds what another left. */
  readonly calls: number;
  /** How long a process is kept without a call, in milliseconds; a minute. */
  readonly idle_ms: number;
  /** How long a worker may take to answer a call that was cancelled, in milliseconds; a second. */
  readonly grace_ms: number;
  /** How many dispatches one call may ask for; 64. */
  readonly dispatches: number;
}

const MIB = 1024 * 1024;

/** What holds where nothing else is said. */
export const PROCESS_LIMITS: ProcessLimits = {
  processes: 2,
  waiting: 256,
  memory_mb: 512,
  answer_bytes: 8 * MIB,
  calls: 1_000,
  idle_ms: 60_000,
  grace_ms: 1_000,
  dispatches: 64,
};
