import type { Stats } from 'node:fs';
import { opendir, realpath, stat } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import { readRegularFile } from '@wcp/evidence/file';
import { compareText } from '@wcp/spec/json';
import type { PolicyFinding } from '../base/policy-finding.ts';
import { fileFinding, isTooMuch, unreadable } from './file-findings.ts';

/** The bounds within which policies are read. */
export const POLICY_FILE_LIMITS = {
  /** Files and folders of one folder of policies, those that hold no policies included. */
  entries: 1_000,
  /** Folders within folders. */
  depth: 8,
  /** Bytes of one file. */
  file_bytes: 1_048_576,
  /** Bytes of all files. */
  total_bytes: 8 * 1_048_576,
} as const;

/** A file of policies. */
export interface PolicyFile {
  /** Relative to the folder, with `/`. */
  readonly name: string;
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
 * @param extension with its dot, such as `.cedar`
 */
export async function readPolicyFiles(path: string, extension: string): Promise<PolicyFilesReading> {
  const findings: PolicyFinding[] = [];
  const found = await findFiles(path, extension, findings);
  if (findings.length === 0 && found.length === 0) findings.push(noFiles(path, extension));
  const files = findings.length > 0 ? [] : await readAll(found, findings);
  return findings.length > 0 ? { ok: false, findings } : { ok: true, files };
}

/** A file that was found, before it is read. */
interface FoundFile {
  readonly name: string;
  readonly path: string;
}

async function findFiles(path: string, extension: string, findings: PolicyFinding[]): Promise<FoundFile[]> {
  try {
    const root = await realpath(path);
    if (!(await stat(root)).isDirectory()) return [{ name: basename(path), path: root }];
    const walk = { root, extension, findings, found: [], entries: 0 };
    await walkFolder(walk, root, 0);
    return walk.found.toSorted((a: FoundFile, b: FoundFile) => compareText(a.name, b.name));
  } catch (error) {
    findings.push(unreadable(path, error));
    return [];
  }
}

interface Walk {
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
      if (!walk.findings.some(isTooMuch)) walk.findings.push(tooMuch());
      return;
    }
    await takeEntry(walk, join(folder, name), depth);
  }
}

async function takeEntry(walk: Walk, path: string, depth: number): Promise<void> {
  const name = relative(walk.root, path).split(sep).join('/');
  const isNamed = name.endsWith(walk.extension);
  let target: string;
  let found: Stats;
  try {
    target = await realpath(path);
    found = await stat(target);
  } catch (error) {
    if (isNamed) walk.findings.push(unreadable(name, error));
    return;
  }
  if (!isNamed && !found.isDirectory()) return;
  if (!target.startsWith(`${walk.root}${sep}`)) walk.findings.push(outside(name));
  else if (found.isDirectory()) await walkFolder(walk, path, depth + 1);
  else walk.found.push({ name, path: target });
}

async function readAll(found: readonly FoundFile[], findings: PolicyFinding[]): Promise<PolicyFile[]> {
  const files: PolicyFile[] = [];
  let rest: number = POLICY_FILE_LIMITS.total_bytes;
  for (const { name, path } of found) {
    try {
      const bytes = await readRegularFile(path, Math.min(rest, POLICY_FILE_LIMITS.file_bytes));
      rest -= bytes.length;
      files.push({ name, text: UTF8.decode(bytes) });
    } catch (error) {
      findings.push(unreadable(name, error));
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

function tooMuch(): PolicyFinding {
  const { entries, depth } = POLICY_FILE_LIMITS;
  return fileFinding(null, 'POLICY_FILES_TOO_MANY', {
    message: `The folder holds more than ${entries} files and folders, or folders more than ${depth} deep.`,
    remedy: 'Give the policies a folder of their own.',
  });
}

function outside(name: string): PolicyFinding {
  return fileFinding(name, 'POLICY_FILE_OUTSIDE', {
    message: 'This is a link to something outside of the folder of policies.',
    remedy: 'Copy the file into the folder.',
  });
}
