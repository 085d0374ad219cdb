import { appendFile, chmod, mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageHash } from '@wcp/evidence';
import type { Sha256 } from '@wcp/spec';
import { CliError } from '../base/cli-error.ts';
import { copyRegularFile } from '../base/copy-file.ts';
import { fileProblem } from '../base/problem.ts';

/** A published worker: one file with all of its code, and two that describe it. */
const CODE = 'dist/bundle.js';
const FILES = ['package.json', 'registry_record.json', CODE];

/** A copy of a worker package that can be run, hashed and tampered with. */
export interface WorkerPackage {
  readonly dir: string;
  /** The program, relative to the folder. */
  readonly program: string;
  /** Where the worker records used permits: beside the package, so that they do not change its hash. */
  readonly permits: string;
  /** Where the verified copy that runs is kept. */
  readonly snapshots: string;
  /** The hash of the package as it is on disk now (section 8). */
  hash(): Promise<Sha256>;
  /** Appends one byte to the program. */
  tamper(): Promise<void>;
  remove(): Promise<void>;
}

/**
 * Copies a worker's package into a temporary folder.
 *
 * @throws {CliError} if the worker is missing or not built
 */
export async function copyWorkerPackage(from: string, shownAs: string): Promise<WorkerPackage> {
  const missing = await missingFiles(from);
  if (missing.length > 0) throw new CliError(missing.map((file) => notBuilt(join(shownAs, file))));
  const folder = await mkdtemp(join(tmpdir(), 'wcp-demo-worker-'));
  const dir = join(folder, 'package');
  await mkdir(join(dir, 'dist'), { recursive: true });
  await Promise.all(FILES.map((file) => copyRegularFile(join(from, file), join(dir, file))));
  return {
    dir,
    program: CODE,
    permits: join(folder, 'permits'),
    snapshots: join(folder, 'snapshots'),
    hash: () => packageHash(dir),
    tamper: () => appendFile(join(dir, CODE), '\n'),
    remove: () => removeFolder(folder),
  };
}

/** The copy that ran is a read-only folder, which only root removes as it is. */
async function removeFolder(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) await chmod(join(entry.parentPath, entry.name), 0o700);
  }
  await rm(folder, { recursive: true, force: true });
}

async function missingFiles(from: string): Promise<string[]> {
  const present = await Promise.all(
    FILES.map((file) =>
      stat(join(from, file)).then(
        (found) => found.isFile(),
        () => false,
      ),
    ),
  );
  return FILES.filter((_, index) => !present[index]);
}

function notBuilt(file: string) {
  const message =
    'The worker of the demo was not found. In the WCP repository `npm run build` builds it; elsewhere name its folder with --worker.';
  return fileProblem(file, 'WORKER_MISSING', message);
}
