import { readdir, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { Source } from '@wcp/agents/check';
import { usageError } from '../../base/cli-error.ts';
import type { Terminal } from '../../base/terminal.ts';
import { readText } from '../../input/read-text.ts';

/** The sources of a project, and what was not read. */
export interface SourceFiles {
  readonly sources: readonly Source[];
  readonly unread: readonly { readonly file: string; readonly message: string }[];
  /** Folders that were not looked into, those of packages and hidden ones aside. */
  readonly left_out: readonly string[];
}

const MAX_FILES = 20_000;
const MAX_BYTES = 4 * 1024 * 1024;
const SOURCE = /(?<!\.d)\.[cm]?[jt]sx?$/;
/** What a build wrote. */
const BUILT = new Set(['dist', 'build', 'coverage', 'out']);

/** @throws {CliError} where a path does not exist, or there are too many files */
export async function sourceFiles(terminal: Terminal, paths: readonly string[]): Promise<SourceFiles> {
  const [files, leftOut] = [new Set<string>(), new Set<string>()];
  for (const path of paths) await collect(path, { files, leftOut }, true);
  const sources: Source[] = [];
  const unread: { file: string; message: string }[] = [];
  for (const path of files) {
    const file = shownPath(path);
    const { size } = await stat(path);
    const reading = size > MAX_BYTES ? null : await readText(terminal, path);
    if (reading?.ok === true) sources.push({ file, text: reading.text });
    else unread.push({ file, message: reading?.message ?? `This is larger than ${MAX_BYTES} bytes.` });
  }
  return { sources, unread, left_out: [...leftOut].map(shownPath) };
}

interface Collected {
  readonly files: Set<string>;
  readonly leftOut: Set<string>;
}

function shownPath(path: string): string {
  return relative('.', path).split(sep).join('/');
}

async function collect(path: string, collected: Collected, isNamed: boolean): Promise<void> {
  const { files, leftOut } = collected;
  const found = await stat(path).catch(() => null);
  if (found === null && isNamed) throw usageError(`There is no ${path}.`);
  if (found?.isDirectory() === true) {
    const entries = await readdir(path, { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      // A link could lead out of the project, or in a circle.
      const within = join(path, entry.name);
      if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
      if (entry.isSymbolicLink() || (entry.isDirectory() && BUILT.has(entry.name))) leftOut.add(within);
      else await collect(within, collected, false);
    }
  } else if (found?.isFile() === true && (isNamed || SOURCE.test(path))) {
    files.add(path);
    if (files.size > MAX_FILES) throw usageError(`There are more than ${MAX_FILES} sources: name fewer.`);
  }
}
