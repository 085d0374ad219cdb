import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A folder that is gone with the file of tests. */
export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'wcp-hall-'));
  folders.push(folder);
  return folder;
}
