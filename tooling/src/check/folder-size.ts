import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { listFiles } from '../repository/files.ts';
import type { CheckFinding } from './finding.ts';

const MAX_FILES = 12;

/** A folder of code and how many files of code it holds, those of its subfolders not included. */
export interface FolderSize {
  readonly path: string;
  readonly files: number;
}

/** Every folder of code that holds more than twelve files without saying why in its README.md or index.ts. */
export function checkFolderSizes(root: string): CheckFinding[] {
  return measureFolders(root)
    .filter(({ path, files }) => files > MAX_FILES && !hasReason(root, path))
    .map(
      ({ path, files }) =>
        `${path}: ${files} files of code; its README.md or index.ts must say why it holds more than ${MAX_FILES} files`,
    );
}

/** The folders of code, in the order of their paths. */
export function measureFolders(root: string): FolderSize[] {
  const counts = new Map<string, number>();
  for (const file of listFiles(root)) {
    if (!/^((packages|workers)\/[^/]+|tooling)\/(src|tests)\/.*\.[cm]?[jt]s$/.test(file)) continue;
    const folder = dirname(file);
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  return [...counts].sort().map(([path, files]) => ({ path, files }));
}

/** How a folder says why it holds many files. */
const REASON = /more than (12|twelve)\b/i;

function hasReason(root: string, folder: string): boolean {
  return ['README.md', 'index.ts'].some((name) => {
    const file = join(root, folder, name);
    return existsSync(file) && REASON.test(readFileSync(file, 'utf8'));
  });
}
