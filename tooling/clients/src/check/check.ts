/** Something that is tried: a row of the table. */
export interface Check {
  /** What is tried. */
  readonly name: string;
  /** How it is reached, or where it stands. */
  readonly way: string;
  /** Tries it, and says what held; null where there is no such way. Throws with what did not hold. */
  run(): Promise<string | null>;
}

/** @throws {Error} with what was wrong, where something does not hold */
export function holds(isSo: boolean, otherwise: string): void {
  if (!isSo) throw new Error(otherwise.slice(0, 1_000));
}
