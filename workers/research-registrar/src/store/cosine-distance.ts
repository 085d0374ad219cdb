import type { DatabaseSync } from 'node:sqlite';

/** The name of the function in SQL. */
export const COSINE_DISTANCE = 'cosine_distance';

/**
 * Teaches SQLite how far two vectors of {@link vectorBytes} are apart: 0 in the same direction, 2 in opposite ones.
 * A native extension would be three times as fast, and needs a Node without its permission model, which loads none.
 */
export function addCosineDistance(db: DatabaseSync): void {
  db.function(COSINE_DISTANCE, { deterministic: true, directOnly: true }, (a, b) =>
    distance(numbersOf(a), numbersOf(b)),
  );
}

function distance(a: Float32Array, b: Float32Array): number {
  let product = 0;
  for (let index = 0; index < a.length; index += 1) product += (a[index] as number) * (b[index] ?? 0);
  return 1 - product;
}

/** A column that somebody else wrote may hold anything; what is not a vector is like nothing. */
function numbersOf(value: unknown): Float32Array {
  if (!(value instanceof Uint8Array)) return new Float32Array();
  const { buffer, byteOffset, length } = value.byteOffset % 4 === 0 ? value : value.slice();
  return new Float32Array(buffer, byteOffset, Math.floor(length / 4));
}
