import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Instruction, listOf, readStages } from './containerfile.ts';

/** Tries of the health check, a second apart. */
const TRIES = 120;
const NODE = dirname(process.execPath);

/** A stage as it is carried out: a folder stands for the root of its file system. */
interface Place {
  readonly root: string;
  cwd: string;
  readonly env: Record<string, string>;
}

/**
 * Carries out the steps of a Containerfile on this machine, each stage in an empty folder that stands for its root, starts
 * what the image starts, as its user where this is root, and waits for its health check. Packages of Debian are looked up
 * and not installed.
 */
export async function runContainerfile(repository: string, text: string): Promise<string[]> {
  const scratch = mkdtempSync(join(tmpdir(), 'wcp-image-'));
  chmodSync(scratch, 0o755);
  const places = new Map<string, Place>();
  try {
    const stages = readStages(text);
    for (const [index, { name, instructions }] of stages.entries()) {
      const place = newPlace(join(scratch, String(index)));
      places.set(name ?? 'image', place);
      for (const step of instructions) carryOut(step, place, { repository, places });
    }
    return await start(stages.at(-1)?.instructions ?? [], places.get('image') as Place);
  } catch (error) {
    return [(error as Error).message];
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function newPlace(root: string): Place {
  mkdirSync(root);
  const { HOME = root, PATH = '' } = process.env;
  return { root, cwd: root, env: { HOME, PATH: `${NODE}:${PATH}` } };
}

interface Build {
  readonly repository: string;
  readonly places: ReadonlyMap<string, Place>;
}

function carryOut({ name, text, flags }: Instruction, place: Place, { repository, places }: Build): void {
  const there = inRoot(text, place);
  if (name === 'WORKDIR') {
    place.cwd = there;
    mkdirSync(there, { recursive: true });
  } else if (name === 'ENV') setVariables(there, place);
  else if (name === 'RUN') run(there, place);
  else if (name === 'COPY') {
    const [source = '', target = ''] = text.split(/\s+/);
    const from = places.get(flags.get('from') ?? '');
    if (from !== undefined) copy(inRoot(source, from), inRoot(target, place));
    else copyRepository(repository, place.cwd);
  }
}

/** The folders of the image that stand for themselves nowhere else. */
function inRoot(text: string, { root }: Place): string {
  return text.replace(/(?<![\w.:/-])\/(?=src\b|opt\/wcp\b|var\/lib\/wcp\b)/g, `${root}/`);
}

/** What an image says of `PATH` comes before that of this machine. */
function setVariables(text: string, { env }: Place): void {
  for (const each of text.split(/\s+/)) {
    const [name = '', value = ''] = each.split('=', 2);
    env[name] = name === 'PATH' ? `${value.split(':', 1)[0]}:${NODE}:${env['PATH']}` : value;
  }
}

function run(command: string, { cwd, env }: Place): void {
  const packages = /apt-get install ((?:[^&]|&(?!&))*)/.exec(command)?.[1];
  if (packages !== undefined) {
    lookUp(packages.trim().split(/\s+/));
    return;
  }
  if (command.startsWith('install -d') && process.getuid?.() !== 0) {
    mkdirSync(command.split(' ').at(-1) as string, { recursive: true, mode: 0o700 });
    return;
  }
  const parents = /^install -d .* (\S+)$/.exec(command)?.[1];
  if (parents !== undefined) mkdirSync(dirname(parents), { recursive: true });
  const { status, stdout, stderr } = spawnSync('sh', ['-c', command], { cwd, env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`RUN ${command}\n${`${stdout}${stderr}`.slice(-2_000)}`);
}

function lookUp(words: readonly string[]): void {
  const packages = words.filter((word) => !word.startsWith('-'));
  if (spawnSync('apt-cache', ['--version']).status !== 0) return;
  const missing = packages.filter((name) => spawnSync('apt-cache', ['show', name]).status !== 0);
  if (missing.length > 0) throw new Error(`Debian has no package ${missing.join(', ')}.`);
}

function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to, { recursive: true, verbatimSymlinks: true });
}

/** The files that are not ignored by git or by the image. */
function copyRepository(repository: string, to: string): void {
  const listed = execFileSync('git', ['ls-files', '-z', '-co', '--exclude-standard'], {
    cwd: repository,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  const ignored = readFileSync(join(repository, '.dockerignore'), 'utf8').split('\n').filter(isPattern);
  for (const file of listed.split('\0')) {
    if (file === '' || ignored.some((pattern) => isIgnored(file, pattern))) continue;
    copy(join(repository, file), join(to, file));
  }
}

function isPattern(line: string): boolean {
  return line !== '' && !line.startsWith('#');
}

function isIgnored(file: string, pattern: string): boolean {
  const name = pattern.replace(/^\*\*\//, '');
  const below = `${name}/`;
  return file === name || file.startsWith(below) || (name !== pattern && file.includes(`/${below}`));
}

/** Starts the image, waits until it is healthy, and stops it. */
async function start(instructions: readonly Instruction[], place: Place): Promise<string[]> {
  const wordsOf = (wanted: string) =>
    listOf(instructions.findLast(({ name }) => name === wanted)?.text ?? '[]').map((word) =>
      inRoot(word, place),
    );
  const port = await freePort();
  const words = [...wordsOf('ENTRYPOINT'), ...wordsOf('CMD'), '--port', String(port)];
  // What a process with the number 1 needs, and this one has not.
  const [program = '', ...args] = words[0] === 'tini' ? words.slice(2) : words;
  const [uid = 0, gid = 0] = (instructions.findLast(({ name }) => name === 'USER')?.text ?? '')
    .split(':')
    .map(Number);
  const user = process.getuid?.() === 0 ? { uid, gid } : {};
  const { cwd, env } = place;
  const hall = spawn(program, args, {
    cwd,
    env: { ...env, HOME: cwd },
    ...user,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [hall.stdout, hall.stderr])
    stream.setEncoding('utf8').on('data', (text) => (said += text));
  const check = wordsOf('HEALTHCHECK').map((word) => word.replaceAll('7420', String(port)));
  const isHealthy = await waitUntilHealthy(hall, check, place);
  const exited = hall.exitCode === null ? once(hall, 'exit') : [hall.exitCode];
  hall.kill('SIGTERM');
  const [code] = await exited;
  if (!isHealthy) return [`It is not healthy: ${said.slice(-2_000)}`];
  return code === 0 ? [] : [`It ended with ${code} when it was told to stop: ${said.slice(-500)}`];
}

async function waitUntilHealthy(
  hall: ChildProcess,
  check: readonly string[],
  { env }: Place,
): Promise<boolean> {
  const [program = '', ...args] = check;
  for (let attempt = 0; attempt < TRIES && hall.exitCode === null; attempt += 1) {
    if (spawnSync(program, args, { env }).status === 0) return true;
    await pause(1_000);
  }
  return false;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { readonly port: number };
  server.close();
  return port;
}
