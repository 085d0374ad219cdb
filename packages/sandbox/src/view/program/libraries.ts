import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { listSystemFolder, readSystemFile } from '../../base/system-file.ts';
import { type ElfNeeds, readElf } from './read-elf.ts';

/** Where the loaders of glibc and musl look when nothing else is said. */
const USUAL_FOLDERS = ['/lib64', '/usr/lib64', '/lib', '/usr/lib', '/usr/local/lib'];
const LOADER_CONF = '/etc/ld.so.conf';
const LOADER_CACHE = '/etc/ld.so.cache';
const MAX_LIBRARIES = 1_000;

const known = new Map<string, { readonly stamp: string; readonly needs: ElfNeeds | null }>();

/** What a file needs to run: null where it is no ELF file of 64 bits. Read again only where the file has changed. */
export function needsOf(file: string): ElfNeeds | null {
  const { dev, ino, size, mtimeMs, ctimeMs } = statSync(file);
  const stamp = [dev, ino, size, mtimeMs, ctimeMs].join();
  const cached = known.get(file);
  if (cached?.stamp === stamp) return cached.needs;
  const needs = readFileNeeds(file);
  known.set(file, { stamp, needs });
  return needs;
}

/** A program or library. */
export interface NeedyFile {
  readonly needs: ElfNeeds;
  /** Where it is on the host; null for a file of a package, whose author must not choose which files are found. */
  readonly place: string | null;
}

/**
 * The files of the host that programs and libraries need beside themselves, by the paths at which their loader looks
 * for them. Found by reading, so that nothing of an untrusted program runs. A library that is not there is left out:
 * its loader says so better than anybody else.
 */
export function librariesOf(programs: readonly NeedyFile[]): string[] {
  const found = new Set<string>();
  const waiting = [...programs];
  const usual = loaderFolders();
  for (let next = waiting.shift(); next !== undefined && found.size < MAX_LIBRARIES; next = waiting.shift()) {
    for (const file of directlyNeeded(next, usual)) {
      if (found.has(file)) continue;
      found.add(file);
      const needs = needsOf(file);
      if (needs !== null) waiting.push({ needs, place: file });
    }
  }
  return withLoaderCache([...found].sort());
}

/** A library outside of the usual folders is found by way of the loader's cache alone. */
function withLoaderCache(files: string[]): string[] {
  const isUnusual = files.some((file) => !/^(\/usr)?\/lib(64)?(\/[^/]+-linux-[^/]+)?\/[^/]+$/.test(file));
  return isUnusual && existsSync(LOADER_CACHE) ? [LOADER_CACHE, ...files] : files;
}

/** What a file of a package names counts only where the host's own loader would find it. */
function directlyNeeded({ needs, place }: NeedyFile, usual: readonly string[]): string[] {
  const { machine, interpreter, needed, folders } = needs;
  const own = place === null ? [] : ownFolders(folders, dirname(place));
  const libraries = needed.map((name) => {
    if (!name.includes('/')) return findLibrary(name, [...own, ...usual], machine);
    return place === null ? null : name;
  });
  const isLoader = interpreter !== null && (place !== null || usual.includes(dirname(interpreter)));
  return [isLoader ? interpreter : null, ...libraries].filter(
    (file): file is string => file !== null && existsSync(file) && needsOf(file)?.machine === machine,
  );
}

function ownFolders(folders: readonly string[], origin: string): string[] {
  return folders
    .map((folder) => folder.replace(/\$(ORIGIN|\{ORIGIN\})/g, origin))
    .filter((folder) => folder.startsWith('/'))
    .map((folder) => resolve(folder));
}

function findLibrary(name: string, folders: readonly string[], machine: number): string | null {
  for (const folder of folders) {
    const file = join(folder, name);
    if (existsSync(file) && needsOf(file)?.machine === machine) return file;
  }
  return null;
}

/** The folders of the host's loader, in its order. */
function loaderFolders(): readonly string[] {
  return [...confFolders(LOADER_CONF), ...USUAL_FOLDERS];
}

function confFolders(file: string): string[] {
  const lines = readSystemFile(file)
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim());
  return lines.flatMap((line) => {
    const [, pattern] = /^include\s+(.+)$/.exec(line) ?? [];
    if (pattern === undefined) return line.startsWith('/') ? [line] : [];
    // Every distribution writes it like this: a folder, and all files of one ending in it.
    const folder = resolve('/etc', dirname(pattern));
    return listSystemFolder(folder)
      .filter((name) => name.endsWith('.conf'))
      .sort()
      .flatMap((name) => confFolders(join(folder, name)));
  });
}

function readFileNeeds(file: string): ElfNeeds | null {
  const fd = openSync(file, 'r');
  try {
    return readElf((offset, length) => {
      const bytes = Buffer.alloc(length);
      return bytes.subarray(0, readSync(fd, bytes, 0, length, offset));
    });
  } finally {
    closeSync(fd);
  }
}
