import type { EvidenceCopy } from './evidence-copy.ts';
import type { EvidenceKind } from './verify-copy.ts';

/** One way to tamper with evidence, and exactly what is found then. */
export interface Tampering {
  /** What was done, as the end of a sentence. */
  readonly name: string;
  /** What is verified afterwards. */
  readonly kind: EvidenceKind;
  change(copy: EvidenceCopy): void;
  /** Every code that is found, its own first, and no other. */
  readonly codes: readonly string[];
}

/** Rows of one kind of evidence. */
export function rowsOf(
  kind: EvidenceKind,
  rows: readonly (readonly [name: string, change: Tampering['change'], ...codes: string[]])[],
): Tampering[] {
  return rows.map(([name, change, ...codes]) => ({ name, kind, change, codes }));
}
