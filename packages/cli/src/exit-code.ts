/** What a run of `wcp` ends with. */
export const EXIT = {
  /** Allowed, or nothing wrong. */
  fine: 0,
  /** Denied, held, or something was found. */
  found: 1,
  /** The command or what it was given is wrong; nothing was written. */
  bad: 2,
} as const;

/** One of {@link EXIT}. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
