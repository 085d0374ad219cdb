import type { Sha256 } from '@wcp/spec';
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
  /** What was enrolled; for a tool that never was, what was seen: an attacker's text that no model reads. */
  readonly definition: unknown;
  /**
   * `changed`: it is, or once was, another than the enrolled one. `new`: it never was enrolled. `gone`: its server no
   * longer lists it. `shadowed`: its name is that of another tool, or looks like it.
   */
  readonly state: 'enrolled' | 'changed' | 'new' | 'gone' | 'shadowed';
  /** How it differs from what was enrolled; empty where it does not, or never was. */
  readonly differences: readonly ToolDifference[];
  /** The hash of what was seen, which a steward who enrols it names; null where nothing was. */
  readonly seen_hash: Sha256 | null;
}

/** The tools of a gateway's servers: what is enrolled of each, and what it is now. */
export interface ToolCatalog {
  /** Every tool that is known, by id. */
  tools(): readonly PinnedTool[];
  /** Looks at what every server says now. One that cannot be reached stays as it was. */
  look(): Promise<void>;
  /**
   * Enrols a tool as it is seen now, in the name of the operator.
   *
   * @param hash what the steward has read: nothing is enrolled where the tool is another by now
   * @throws {WcpError} `ERR_WCP_MCP_REFUSED`; what the registry throws
   */
  enrol(id: string, hash?: Sha256): Promise<void>;
  /** Enrols the tools of a server of which none is enrolled, shadowed ones apart; their ids. */
  enrolFirst(alias: string): Promise<readonly string[]>;
  /** Is told when a tool, or the state of one, is another. What it returns ends that. */
  onChanged(listen: () => void): () => void;
  /** Ends looking. The servers go on. */
  close(): Promise<void>;
}
