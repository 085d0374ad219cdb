import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';
import { readWorkspace, type WorkspacePackage } from '../repository/workspace.ts';
import type { CheckFinding } from './finding.ts';

/** The rank of each folder of a package's `src`, 0 at the top; `.` stands for the files of the root. */
type Ranks = ReadonlyMap<string, number>;

/**
 * Holds the imports of every package to the order of its folders. The order stands in `src/README.md` as a
 * block ```` ```order ````: one line a rank, the top first, folders separated by spaces. An import may go down
 * only, never up and never to another folder of the same rank, types included.
 */
export function checkFolderOrder(root: string): CheckFinding[] {
  return readWorkspace(root).flatMap((found) => checkPackage(root, found));
}

function checkPackage(root: string, { name, folder }: WorkspacePackage): CheckFinding[] {
  const src = join(folder, 'src');
  const folders = foldersWithCode(root, src);
  const readme = join(src, 'README.md');
  const ranks = existsSync(join(root, readme)) ? readRanks(readFileSync(join(root, readme), 'utf8')) : null;
  if (ranks === null) {
    const isRequired = folders.length > 1 && !folder.startsWith('workers/');
    return isRequired ? [`${readme}: must give the order of the folders in a block \`\`\`order`] : [];
  }
  const missing = folders.filter((each) => !ranks.has(each));
  const unknown = [...ranks.keys()].filter((each) => each !== '.' && !folders.includes(each));
  return [
    ...missing.map((each) => `${readme}: the order does not name the folder ${each}`),
    ...unknown.map((each) => `${readme}: the order names ${each}, which holds no code`),
    ...sourcesIn(root, src).flatMap((file) => checkImports(root, { src, name, ranks }, file)),
  ];
}

/** Reads the block of a README; null where there is none. */
function readRanks(text: string): Ranks | null {
  const block = /^```order\n([\s\S]*?)^```/m.exec(text)?.[1];
  if (block === undefined) return null;
  const ranks = new Map<string, number>();
  for (const [rank, line] of block.trim().split('\n').entries()) {
    for (const folder of line.trim().split(/\s+/)) ranks.set(folder.replace(/\/$/, ''), rank);
  }
  return ranks;
}

function checkImports(
  root: string,
  { src, name, ranks }: { src: string; name: string; ranks: Ranks },
  file: string,
): CheckFinding[] {
  const text = readFileSync(join(root, file), 'utf8');
  const from = topFolder(src, file);
  return ts.preProcessFile(text, true, true).importedFiles.flatMap(({ fileName, pos }) => {
    const place = `${file}:${text.slice(0, pos).split('\n').length}`;
    if (fileName === name || fileName.startsWith(`${name}/`)) {
      return [`${place}: imports its own package by name, which hides the order of its folders`];
    }
    const target = join(file, '..', fileName);
    // What leaves the folder of the sources is a matter of the boundaries between packages.
    if (!fileName.startsWith('.') || relative(src, target).startsWith('..')) return [];
    const to = topFolder(src, target);
    return isAllowed(ranks, from, to) ? [] : [`${place}: ${from} must not import from ${to} (${fileName})`];
  });
}

function isAllowed(ranks: Ranks, from: string, to: string): boolean {
  if (from === to) return true;
  return (ranks.get(from) ?? -1) < (ranks.get(to) ?? -1);
}

/** The folder of `src` that holds a file; `.` for a file of the root. */
function topFolder(src: string, file: string): string {
  const [first = '.', ...rest] = relative(src, file).split('/');
  return rest.length === 0 ? '.' : first;
}

function foldersWithCode(root: string, src: string): string[] {
  return [...new Set(sourcesIn(root, src).map((file) => topFolder(src, file)))];
}

function sourcesIn(root: string, src: string): string[] {
  if (!existsSync(join(root, src))) return [];
  return readdirSync(join(root, src), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .sort()
    .map((file) => join(src, file));
}
