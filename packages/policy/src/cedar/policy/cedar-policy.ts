import type { SupervisorLevel } from '@wcp/spec';

/** A policy as the gate knows it. */
export interface CedarPolicy {
  /** Its `@id`, else its file and line. */
  readonly id: string;
  readonly file: string;
  readonly line: number;
  readonly text: string;
  /** Its `@reason`; null where it has none. */
  readonly reason: string | null;
  /** The level of a policy with `@wcp_outcome("human")`; null for any other. */
  readonly level: SupervisorLevel | null;
  /** What the engine made of the text. */
  readonly json: unknown;
}
