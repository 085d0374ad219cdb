import { randomBytes } from 'node:crypto';
import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { refusedFile } from './deployment-error.ts';
import { LAYOUT, RECORD_FILE } from './layout.ts';

/** What an example consists of; it lies in the package's folder `example`. */
const EXAMPLE = [
  LAYOUT.rules,
  LAYOUT.config,
  LAYOUT.server,
  'workers/hello/worker.mjs',
  `workers/hello/${RECORD_FILE}`,
];
/** Where one of these is, somebody has been here: nothing is added to what they wrote. */
const MARKS = [LAYOUT.rules, LAYOUT.config, LAYOUT.server, LAYOUT.key, LAYOUT.store];

/**
 * Makes a folder with an example Hall in it, unless a Hall is there already. Nothing is overwritten.
 *
 * @returns the files that were made, relative to the folder
 * @throws {DeploymentError}
 */
export async function createDeployment(dir: string): Promise<string[]> {
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    if ((await Promise.all(MARKS.map((file) => exists(join(dir, file))))).includes(true)) return [];
    const made = await Promise.all(EXAMPLE.map((file) => copyAnew(dir, file)));
    return made.filter((file) => file !== null);
  } catch (error) {
    throw refusedFile(null, error);
  }
}

/** Gives the file, or null where one of that name stands already. */
async function copyAnew(dir: string, file: string): Promise<string | null> {
  const text = await readFile(packageFile(`example/${file}`), 'utf8');
  await mkdir(dirname(join(dir, file)), { recursive: true });
  try {
    await writeFile(join(dir, file), file === LAYOUT.server ? named(text) : text, { flag: 'wx' });
    return file;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return null;
    throw error;
  }
}

/** The path of a file of this package. In the build this code is part of a chunk at the root of `dist`. */
export function packageFile(path: string): string {
  const root = import.meta.url.endsWith('.ts') ? '../../' : '../';
  return fileURLToPath(new URL(root + path, import.meta.url));
}

/** Every Hall has a name of its own: what is signed for one is not valid at another. */
function named(text: string): string {
  const settings = JSON.parse(text) as object;
  const origin = `localhost/wcp-${randomBytes(4).toString('hex')}`;
  return `${JSON.stringify({ origin, ...settings }, null, 2)}\n`;
}

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
