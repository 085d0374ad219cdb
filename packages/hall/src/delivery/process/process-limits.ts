/** What the processes of one worker may use. */
export interface ProcessLimits {
  /** Processes at a time, each with one call (default 2). */
  readonly processes: number;
  /** Calls that may wait for a process (default 256). */
  readonly waiting: number;
  /** Memory of a process and whatever it starts, in MiB (default 512). Enforced on Linux only. */
  readonly memory_mb: number;
  /** The longest line that a worker may write, in bytes (default 8 MiB). */
  readonly answer_bytes: number;
  /** Calls after which a process is replaced (default 1,000). With 1, no call finds what another left behind. */
  readonly calls: number;
  /** Milliseconds that a process is kept without a call (default 60,000). */
  readonly idle_ms: number;
  /** Milliseconds that a worker may take to answer a call that was cancelled (default 1,000). */
  readonly grace_ms: number;
  /** Chained dispatches that one call may ask for (default 64). */
  readonly dispatches: number;
}

const MIB = 1024 * 1024;

/** The defaults. */
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
