import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { getLoadablePath } from 'sqlite-vec';
import { VEC_FILE } from '../src/store/sqlite-vec.ts';

/** Copies the native part of sqlite-vec into a folder, beside the program that loads it. */
export default function writeAssets(folder: string): void {
  copyFileSync(getLoadablePath(), join(folder, VEC_FILE));
}
