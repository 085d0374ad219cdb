import { MAX_ENTRY_LENGTH } from '../entry-bundle.ts';
import { TILE_WIDTH } from '../tile-path.ts';

/** Reads a file below the prefix of a log, up to a size; null where it is missing. */
export type FileReader = (path: string, maxBytes: number) => Uint8Array | null;

/** The longest bundle: entries of the greatest length with their lengths before them. */
export const MAX_BUNDLE = TILE_WIDTH * (2 + MAX_ENTRY_LENGTH);
