import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
// @boundaries-ignore Files of tests share a process, and clean up after themselves in one way.
import { afterFile } from '../../../../tooling/src/vitest/clean-up.ts';

/** A folder that is gone with the file of tests. */
export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'wcp-hall-'));
  afterFile(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
