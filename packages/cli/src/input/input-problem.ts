/** A place in a text, both from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** One thing to say about what a command was given. */
export interface Problem {
  readonly level: 'error' | 'warning' | 'info';
  /** As the user named it; null where it is about no file. */
  readonly file: string | null;
  readonly place: Place | null;
  /** A JSON Pointer in the document; null outside of documents. */
  readonly path: string | null;
  readonly code: string;
  readonly message: string;
}

/** An error about a file as a whole. */
export function fileProblem(file: string, code: string, message: string): Problem {
  return { level: 'error', file, place: null, path: null, code, message };
}
