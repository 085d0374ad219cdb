import type { Fixtures } from '../fixtures/conformance-case.ts';
import type { Level } from '../fixtures/schema/common.ts';
import type { KnownFailure } from '../fixtures/schema/known-failures.ts';

/** What to run, and against what. */
export interface ConformanceOptions {
  /** The port's program; no shell is involved. */
  readonly command: string;
  readonly args?: readonly string[];
  readonly fixtures: Fixtures;
  /** Only the cases that this level requires. */
  readonly level?: Level;
  /** Only the cases whose id contains this text, or fits it where it has a `*`. */
  readonly filter?: string;
  /** How long one answer may take, in milliseconds: 5000. */
  readonly timeoutMs?: number;
  /** How long the answer to `start` may take, in milliseconds: 10000. */
  readonly startTimeoutMs?: number;
  /** How long the port may take to end after `stop`, in milliseconds: 5000 (WCP-11-20). */
  readonly stopTimeoutMs?: number;
  readonly knownFailures?: readonly KnownFailure[];
  /** Added to the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}
