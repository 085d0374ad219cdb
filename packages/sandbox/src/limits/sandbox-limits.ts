/** What one sandbox may use: a program with everything that it starts, from its start to its end. */
export interface SandboxLimits {
  /** Memory in MiB, files in `/tmp` and `/dev/shm` included where a cgroup counts it (default 512). */
  readonly memory_mb: number;
  /** Processes and threads at a time; Node alone has about 11 (default 64). */
  readonly processes: number;
  /** Seconds of processor time (default 3,600). */
  readonly cpu_seconds: number;
  /** Milliseconds from start to end (default 86,400,000: a day). */
  readonly wall_ms: number;
  /** Bytes of a file (default 64 MiB). */
  readonly file_bytes: number;
  /** Open descriptors of a process (default 256). */
  readonly open_files: number;
  /** Bytes that it may write to standard output and standard error (default 1 GiB). */
  readonly output_bytes: number;
  /** Bytes in `/tmp`, and as many again in `/dev/shm` (default 64 MiB). */
  readonly disk_bytes: number;
}

const MIB = 1024 * 1024;

/** The defaults. */
export const SANDBOX_LIMITS: SandboxLimits = {
  memory_mb: 512,
  processes: 64,
  cpu_seconds: 3_600,
  wall_ms: 86_400_000,
  file_bytes: 64 * MIB,
  open_files: 256,
  output_bytes: 1024 * MIB,
  disk_bytes: 64 * MIB,
};
