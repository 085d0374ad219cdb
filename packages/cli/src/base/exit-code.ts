/** The exit codes of `wcp`. */
export const EXIT = {
  /** Allowed, or nothing is wrong. */
  ok: 0,
  /** Denied, held, or something was found. */
  found: 1,
  /** The command or its input is wrong; nothing was written. */
  bad: 2,
} as const;

/** One of {@link EXIT}. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
