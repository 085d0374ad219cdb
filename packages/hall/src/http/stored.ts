import type { Receipt } from '@wcp/spec';
import type { WorldDocuments } from '@wcp/spec/hall';
import type { StatefulRow } from '../storage/store/store.ts';

// What the store holds as text, each read in one place into the type that was written.

/** A receipt of the log. */
export function readReceipt(text: string): Receipt {
  return JSON.parse(text);
}

/** A request that a Hall kept because it had the form of one. */
export function readInput(text: string): object {
  return JSON.parse(text);
}

/** The documents of a world. */
export function readWorldDocuments(text: string): WorldDocuments {
  return JSON.parse(text);
}

/** The result of a row; null where there is none. */
export function readResult(row: StatefulRow | null): unknown {
  if (row === null) return null;
  const { result = null }: { readonly result?: unknown } = JSON.parse(row.document);
  return result;
}
