import { createHash } from 'node:crypto';
import { lstat, mkdir, readdir, realpath, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { packageHash } from '@wcp/evidence';
import { CliError, usageError } from '../base/cli-error.ts';
import { copyRegularFile } from '../base/copy-file.ts';
import { OWNER_ONLY } from '../base/file-mode.ts';
import { fileProblem } from '../base/problem.ts';

/** A worker as it was named: the folder of its package, and how it is started. */
export interface NamedWorker {
  /** Where it is. */
  readonly from: string;
  /** The name of its copy. */
  readonly name: string;
  readonly run: { readonly program: string } | { readonly command: readonly string[] };
  /** The files to copy. */
  readonly files: readonly string[];
}

const RECORD = 'registry_record.json';
/** The files that a worker is started from, the first that is there: a published worker is one file. */
const PROGRAMS: readonly { readonly file: string; readonly run: NamedWorker['run'] }[] = [
  { file: 'dist/bundle.js', run: { program: 'dist/bundle.js' } },
  { file: 'bundle.js', run: { program: 'bundle.js' } },
  { file: 'worker.mjs', run: { program: 'worker.mjs' } },
  { file: 'worker.js', run: { program: 'worker.js' } },
  { file: 'worker.py', run: { command: ['python3', 'worker.py', '--stdio'] } },
];
/** What is no part of a worker that runs. */
const LEFT_OUT = new Set(['node_modules', '.git', '.turbo', '__pycache__', 'tests', 'src']);
const MAX_FILES = 10_000;
const NOT_A_FILE =
  'A package has files and folders alone, no links and nothing special. Remove this, or copy what it names.';

/**
 * The worker of a package: a folder, or the name of one that is installed here.
 *
 * @throws {CliError} where there is none, or nobody knows how it is started
 */
export async function namedWorker(named: string): Promise<NamedWorker> {
  const from = await findPackage(named);
  if (from === null)
    throw usageError(`${named} is neither a folder with a ${RECORD} nor a package that is installed here.`);
  const found = await Promise.all(PROGRAMS.map(({ file }) => isOwnFile(from, file)));
  const program = PROGRAMS[found.indexOf(true)];
  if (program === undefined) {
    const message = `There is none of ${PROGRAMS.map(({ file }) => file).join(', ')}. Build it, or name its program in workers of server.json: docs/hall.md says how.`;
    throw new CliError([fileProblem(from, 'WORKER_MISSING', message)]);
  }
  const name = from.split(/[/\\]/).at(-1) ?? 'worker';
  const isBundle = program.file.endsWith('bundle.js');
  return {
    from,
    name,
    run: program.run,
    files: await (isBundle ? publishedFiles(from, program.file) : filesIn(from)),
  };
}

/** A folder as it is named, else the package of that name in the node_modules here or above. */
async function findPackage(named: string): Promise<string | null> {
  const folder = resolve(named);
  if (await isFile(join(folder, RECORD))) return realpath(folder);
  if (!/^(?:@[\w.-]+\/)?[\w.-]+$/.test(named)) return null;
  for (let dir = process.cwd(); ; dir = dirname(dir)) {
    const installed = join(dir, 'node_modules', named);
    if (await isFile(join(installed, RECORD))) return realpath(installed);
    if (dirname(dir) === dir) return null;
  }
}

/** One file with all of its code, what describes it, and the assets beside it. */
async function publishedFiles(from: string, program: string): Promise<readonly string[]> {
  const folder = dirname(program);
  const beside = await readdir(join(from, folder), { withFileTypes: true });
  const assets = beside
    .filter((entry) => entry.isFile() && !/\.(?:js|map|d\.ts|tsbuildinfo)$/.test(entry.name))
    .map(({ name }) => join(folder, name));
  const about = (await isFile(join(from, 'package.json'))) ? ['package.json'] : [];
  return [...new Set([...about, RECORD, program, ...assets])];
}

/** The name of the folder of a gateway for these very workers. */
export function workersFolderName(workers: readonly NamedWorker[]): string {
  const hash = createHash('sha256').update(JSON.stringify(workers.map(({ from }) => from)));
  return `${workers[0]?.name ?? 'worker'}-${hash.digest('hex').slice(0, 8)}`;
}

/**
 * Copies workers into the folder of a gateway, as they are now: what runs is the copy, and one that has changed since it
 * was enrolled is hidden and denied.
 *
 * @returns what `server.json` says of them
 */
export async function copyNamedWorkers(
  dir: string,
  workers: readonly NamedWorker[],
): Promise<readonly object[]> {
  const settings: object[] = [];
  for (const [index, worker] of workers.entries()) {
    const isFirst = workers.findIndex(({ name }) => name === worker.name) === index;
    const place = `workers/${isFirst ? worker.name : `${worker.name}-${index}`}`;
    await replaceCopy(worker, join(dir, place));
    settings.push({ dir: place, ...worker.run });
  }
  return settings;
}

/** Whole or not at all, and not where nothing has changed: another gateway may be reading it. */
async function replaceCopy({ from, files }: NamedWorker, to: string): Promise<void> {
  const copy = `${to}.${process.pid}.tmp`;
  try {
    for (const file of files) {
      await mkdir(join(copy, dirname(file)), { recursive: true, mode: OWNER_ONLY.folder });
      await copyRegularFile(join(from, file), join(copy, file), { followsLinks: false });
    }
    if ((await packageHash(copy)) === (await packageHash(to).catch(() => null))) return;
    await rm(to, { recursive: true, force: true });
    await rename(copy, to);
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

async function filesIn(from: string): Promise<readonly string[]> {
  const files: string[] = [];
  const folders = [''];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of await readdir(join(from, folder), { withFileTypes: true })) {
      if (LEFT_OUT.has(entry.name)) continue;
      const place = join(folder, entry.name);
      if (entry.isDirectory()) folders.push(place);
      else if (entry.isFile()) files.push(place);
      else throw new CliError([fileProblem(join(from, place), 'WORKER_UNUSABLE', NOT_A_FILE)]);
      if (files.length > MAX_FILES)
        throw new CliError([fileProblem(from, 'WORKER_TOO_LARGE', 'There are too many files here.')]);
    }
  }
  return files.sort();
}

/** One that no folder on the way to it links to from elsewhere. */
async function isOwnFile(from: string, file: string): Promise<boolean> {
  const place = join(from, file);
  return (await isFile(place)) && (await realpath(place)) === place;
}

/** A link is none: it could name a secret of this user, and the worker would get it. */
function isFile(path: string): Promise<boolean> {
  return lstat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
