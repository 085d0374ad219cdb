/** A place in a text, both counted from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Something that a command reports about its input, as `--json` prints it under `problems`. */
export interface Problem {
  readonly level: 'error' | 'warning' | 'info';
  /** As the user named it; null if it is not about a file. */
  readonly file: string | null;
  readonly place: Place | null;
  /** A JSON Pointer in the document; null outside documents. */
  readonly path: string | null;
  readonly code: string;
  readonly message: string;
}

/** An error about a file as a whole. */
export function fileProblem(file: string, code: string, message: string): Problem {
  return { level: 'error', file, place: null, path: null, code, message };
}
