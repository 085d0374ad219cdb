/** How a gate is opened. */
export interface GateOptions {
  /** Milliseconds after which an engine elsewhere that has not answered is denied (default 1,000). */
  readonly timeout_ms?: number;
  /** Whether a change of the policies is put in force by itself (default false). */
  readonly watch?: boolean;
  /** Gets what an operator must know (default: nothing is logged). */
  readonly log?: (level: 'info' | 'warn' | 'error', message: string) => void;
  /** The time, in milliseconds since 1970 (default: the clock). */
  readonly now?: () => number;
}
