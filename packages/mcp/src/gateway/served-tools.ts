/** A tool as the gateway serves it. */
export interface ServedTool {
  /** Of the worker, the species and the capability alike. */
  readonly id: string;
  /** Its name at the server. */
  readonly name: string;
  /** The name under which clients see it. */
  readonly shown: string;
  /** Of its server. */
  readonly alias: string;
  /** The pinned definition. */
  readonly definition: unknown;
  readonly state: 'enrolled' | 'changed' | 'new' | 'gone' | 'shadowed';
}

/** The tools behind a gateway. */
export interface ServedTools {
  /** Every tool that is known, those that nobody may call included: calls of them are decided as well. */
  list(): readonly ServedTool[];
  /** @returns a function that ends it */
  onChanged(listen: () => void): () => void;
}
