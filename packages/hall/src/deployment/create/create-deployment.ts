import { randomBytes } from 'node:crypto';
import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { unusableFile } from '../deployment-error.ts';
import { LAYOUT, RECORD_FILE } from '../layout.ts';
import { attestExample } from './attest-example.ts';

/** The files of an example, which are in the package's folder `example`. */
const EXAMPLE = [
  LAYOUT.rules,
  LAYOUT.config,
  LAYOUT.server,
  'workers/hello/worker.mjs',
  `workers/hello/${RECORD_FILE}`,
];
/** A folder with one of these is in use: nothing is added to it. */
const OWN_FILES = [LAYOUT.rules, LAYOUT.config, LAYOUT.server, LAYOUT.key, LAYOUT.store];

/**
 * Creates a folder with an example Hall in it, unless there is a Hall already. Nothing is overwritten.
 *
 * @returns the files that were created, relative to the folder
 * @throws {DeploymentError}
 */
export async function createDeployment(dir: string): Promise<string[]> {
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    if ((await Promise.all(OWN_FILES.map((file) => exists(join(dir, file))))).includes(true)) return [];
    const made = await Promise.all(EXAMPLE.map((file) => copyAnew(dir, file)));
    if (made.includes(null)) return made.filter((file) => file !== null);
    await mkdir(join(dir, dirname(LAYOUT.key)), { recursive: true, mode: 0o700 });
    return [...EXAMPLE, ...(await attestExample(dir))];
  } catch (error) {
    throw unusableFile(null, error);
  }
}

/** The file; null where one of that name exists already. */
async function copyAnew(dir: string, file: string): Promise<string | null> {
  const text = await readFile(packageFile(`example/${file}`), 'utf8');
  await mkdir(dirname(join(dir, file)), { recursive: true, mode: 0o700 });
  try {
    await writeFile(join(dir, file), file === LAYOUT.server ? named(text) : text, {
      flag: 'wx',
      mode: 0o600,
    });
    return file;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return null;
    throw error;
  }
}

/** The path of a file of this package. In the build this code is part of a chunk at the root of `dist`. */
export function packageFile(path: string): string {
  const root = import.meta.url.endsWith('.ts') ? '../../../' : '../';
  return fileURLToPath(new URL(root + path, import.meta.url));
}

/** Every Hall gets its own name: what is signed for one is not valid at another. */
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
