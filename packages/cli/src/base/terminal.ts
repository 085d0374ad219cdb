import type picocolors from 'picocolors';

/** Functions that colour a text, or leave it as it is. */
export type Colours = ReturnType<typeof picocolors.createColors>;

/** Everything outside that a command uses: its output, its input, the clock and the environment. */
export interface Terminal {
  /** Input and output are both a person's terminal. */
  readonly isInteractive: boolean;
  readonly colours: Colours;
  readonly errorColours: Colours;
  readonly env: Readonly<Record<string, string | undefined>>;
  /**
   * Writes to standard output.
   *
   * @param done called once the text has left this process, whether or not anybody got it
   */
  write(text: string, done?: () => void): void;
  /** Lets the program end soon although the reader of its standard output has left something unread. */
  leaveUnread?(): void;
  /** Writes to standard error. */
  warn(text: string): void;
  readStdin(): AsyncIterable<Uint8Array>;
  /** The time, RFC 3339 in UTC. */
  now(): string;
  /** A new UUIDv7. */
  newId(): string;
  /** Resolves when the program is told to stop, for commands that run until then. */
  untilStopped(): Promise<void>;
}
