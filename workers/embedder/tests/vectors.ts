import { join } from 'node:path';
import writeAssets from '../scripts/write-assets.ts';

/** The word vectors that the sources load, written when a fresh clone has not built them yet. */
export function provideVectors(): void {
  writeAssets(join(import.meta.dirname, '..', 'dist'));
}

export function cosine(a: readonly number[] = [], b: readonly number[] = []): number {
  return a.reduce((sum, value, k) => sum + value * (b[k] ?? 0), 0);
}
