import type { ToolDifference } from '../tool/tool-difference.ts';

/** A tool as the catalog knows it. Only one that is `enrolled` is shown to a model, and with the pinned definition. */
export interface PinnedTool {
  /** Of the worker, the species and the capability alike. */
  readonly id: string;
  /** Its name as the server says it. */
  readonly name: string;
  /** The name under which clients see it. */
  readonly shown: string;
  /** Of its server. */
  readonly alias: string;
  /** What was enrolled; for a tool that never was, what was seen. */
  readonly definition: unknown;
  readonly state: 'enrolled' | 'changed' | 'new' | 'gone' | 'shadowed';
  /** How it differs from what was enrolled; empty where it does not, or never was. */
  readonly differences: readonly ToolDifference[];
}
