export type { TileFindingCode } from '../base/finding.ts';
export { decodeEntries, encodeEntries } from './entry-bundle.ts';
export { type Tile, TileBuilder } from './tile-builder.ts';
export { tileReader } from './tile-hashes.ts';
export { TILE_WIDTH, type TileAddress, tilePath, tilesOf } from './tile-path.ts';
export { TileWriter } from './tile-writer.ts';
export { type TilesExpectation, type TilesVerification, verifyTiles } from './verify/verify-tiles.ts';
