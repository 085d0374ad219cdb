import type { Stats } from 'node:fs';
import { opendir, realpath, stat } from 'node:fs/promises';
import { basename, join, relative, resolve, sep } from 'node:path';
import { readRegularFile } from '@wcp/evidence/file';
import { compareText } from '@wcp/spec/json';
import type { PolicyFinding } from '../base/policy-finding.ts';
import { fileFinding, isTooMuch, unreadable } from './file-findings.ts';

/** The bounds within which policies are read. */
const POLICY_FILE_LIMITS = {
  /** Files and folders of one folder of policies, those that hold no policies included. */
  entries: 1_000,
  /** Folders within folders. */
  depth: 8,
  /** Bytes of one file. */
  file_bytes: 1_048_576,
  /** Bytes of all files. */
  total_bytes: 8 * 1_048_576,
} as const;

/** Where policies are. */
export interface PolicyPlace {
  /** A file or a folder, as an operator named it. */
  readonly path: string;
  /** What a relative path starts from (default: the working directory). */
  readonly dir?: string;
}

/** A file of policies. */
export interface PolicyFile {
  /** Relative to the folder, with `/`. */
  readonly name: string;
  /** As an operator would name it: with the path that was given. */
  readonly place: string;
  readonly text: string;
}

/** Files of policies in the order of their names, or everything that is wrong. */
export type PolicyFilesReading =
  | { readonly ok: true; readonly files: readonly PolicyFile[] }
  | { readonly ok: false; readonly findings: readonly PolicyFinding[] };

/**
 * Reads a file, or every file of a folder that ends as asked; names that begin with a dot are left out. A link is followed
 * where it stays within the folder. Never rejects.
 *
 * @param path relative to `dir`
 * @param extension with its dot, such as `.cedar`
 */
export async function readPolicyFiles(
  { path, dir = '.' }: PolicyPlace,
  extension: string,
): Promise<PolicyFilesReading> {
  const findings: PolicyFinding[] = [];
  const found = await findFiles(path, dir, extension, findings);
  if (findings.length === 0 && found.length === 0) findings.push(noFiles(path, extension));
  const files = findings.length > 0 ? [] : await readAll(found, findings);
  return findings.length > 0 ? { ok: false, findings } : { ok: true, files };
}

/** A file that was found, before it is read. */
interface FoundFile extends Omit<PolicyFile, 'text'> {
  readonly path: string;
}

async function findFiles(
  path: string,
  dir: string,
  extension: string,
  findings: PolicyFinding[],
): Promise<FoundFile[]> {
  try {
    const root = await realpath(resolve(dir, path));
    if (!(await stat(root)).isDirectory()) return [{ name: basename(path), place: path, path: root }];
    const walk = { path, root, extension, findings, found: [], entries: 0 };
    await walkFolder(walk, root, 0);
    return walk.found.toSorted((a: FoundFile, b: FoundFile) => compareText(a.name, b.name));
  } catch (error) {
    findings.push(unreadable(path, error));
    return [];
  }
}

interface Walk {
  readonly path: string;
  readonly root: string;
  readonly extension: string;
  readonly findings: PolicyFinding[];
  readonly found: FoundFile[];
  entries: number;
}

async function walkFolder(walk: Walk, folder: string, depth: number): Promise<void> {
  for await (const { name } of await opendir(folder)) {
    if (name.startsWith('.')) continue;
    walk.entries += 1;
    if (walk.entries > POLICY_FILE_LIMITS.entries || depth > POLICY_FILE_LIMITS.depth) {
      if (!walk.findings.some(isTooMuch)) walk.findings.push(tooMuch(walk.path));
      return;
    }
    await takeEntry(walk, join(folder, name), depth);
  }
}

async function takeEntry(walk: Walk, path: string, depth: number): Promise<void> {
  const name = relative(walk.root, path).split(sep).join('/');
  const place = join(walk.path, name);
  const isNamed = name.endsWith(walk.extension);
  let target: string;
  let found: Stats;
  try {
    target = await realpath(path);
    found = await stat(target);
  } catch (error) {
    if (isNamed) walk.findings.push(unreadable(place, error));
    return;
  }
  if (!isNamed && !found.isDirectory()) return;
  if (!target.startsWith(`${walk.root}${sep}`)) walk.findings.push(outside(place));
  else if (found.isDirectory()) await walkFolder(walk, path, depth + 1);
  else walk.found.push({ name, place, path: target });
}

async function readAll(found: readonly FoundFile[], findings: PolicyFinding[]): Promise<PolicyFile[]> {
  const files: PolicyFile[] = [];
  let rest: number = POLICY_FILE_LIMITS.total_bytes;
  for (const { path, ...file } of found) {
    try {
      const bytes = await readRegularFile(path, Math.min(rest, POLICY_FILE_LIMITS.file_bytes));
      rest -= bytes.length;
      files.push({ ...file, text: UTF8.decode(bytes) });
    } catch (error) {
      findings.push(unreadable(file.place, error));
    }
  }
  return files;
}

const UTF8 = new TextDecoder('utf-8', { fatal: true });

function noFiles(path: string, extension: string): PolicyFinding {
  return fileFinding(path, 'POLICY_FILES_NONE', {
    message: `There is no file here whose name ends in ${extension}.`,
    remedy: `Write policies into a file such as main${extension}.`,
  });
}

function tooMuch(path: string): PolicyFinding {
  const { entries, depth } = POLICY_FILE_LIMITS;
  return fileFinding(path, 'POLICY_FILES_TOO_MANY', {
    message: `The folder holds more than ${entries} files and folders, or folders more than ${depth} deep.`,
    remedy: 'Give the policies a folder of their own.',
  });
}

function outside(place: string): PolicyFinding {
  return fileFinding(place, 'POLICY_FILE_OUTSIDE', {
    message: 'This is a link to something outside of the folder of policies.',
    remedy: 'Copy the file into the folder.',
  });
}
