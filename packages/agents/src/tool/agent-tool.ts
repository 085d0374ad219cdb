import type { WorkerContext } from '@wcp/spec';
import type { BlastRadius, PrivilegeEnvelope } from '@wcp/spec/document';

/** What a tool gets beside its arguments. */
export interface ToolRun<C = unknown> {
  /** Aborted where the call was aborted, called off, or is late. */
  readonly signal: AbortSignal;
  /** What was passed to the call in this process; undefined where it was made elsewhere. */
  readonly context: C | undefined;
  /** The decision under which it runs. */
  readonly call: WorkerContext;
}

/** A tool of an agent. */
export interface AgentTool<A = unknown, C = unknown> {
  readonly name: string;
  readonly description?: string;
  /** The JSON Schema of the arguments. A tool whose schema changes is another one to the Hall. */
  readonly input_schema?: object;
  readonly output_schema?: object;
  /** What it may damage (section 5.12); a dimension that is absent counts as the worst. */
  readonly blast_radius?: BlastRadius;
  readonly envelope?: PrivilegeEnvelope;
  /** Runs only in a call that the Hall has started. */
  run(args: A, run: ToolRun<C>): unknown;
}
