import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

/** Makes a repository of these files, which is removed when the test ends, and gives its folder. */
export function sampleRepository(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'wcp-tooling-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const { status, stderr } = spawnSync('git', ['init', '--quiet'], { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(`git init failed: ${stderr}`);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

/** The manifest of a package with one entry, its root. */
export function manifestOf(name: string): string {
  const root = { types: './dist/index.d.ts', default: './dist/index.js' };
  return JSON.stringify({ name, type: 'module', exports: { '.': root } });
}
