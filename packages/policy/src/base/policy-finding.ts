/** One thing that is wrong with policies, where it is, and what to do about it. */
export interface PolicyFinding {
  /** The file, as the operator would name it; null where it is not about a file. */
  readonly file: string | null;
  /** The line in the file, from 1; null where it is about the file as a whole. */
  readonly line: number | null;
  /** Stable, such as `POLICY_SYNTAX`; tell findings apart by it. */
  readonly code: string;
  /** What is wrong, as a sentence. */
  readonly message: string;
  /** What to do, as a sentence. */
  readonly remedy: string;
}
