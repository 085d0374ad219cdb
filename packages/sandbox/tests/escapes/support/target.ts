import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { hostname, networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { findProgram } from '../../../src/base/find-program.ts';
import type { User } from '../../../src/index.ts';
import { Services } from './services.ts';

const PROGRAM = fileURLToPath(new URL('target-program.py', import.meta.url));
const isRoot = process.getuid?.() === 0;

/** Everything on the host that a hostile program is after, and where it is. */
export class Target {
  /** What the names in braces of a row stand for. */
  readonly places: Readonly<Record<string, string>>;
  readonly #folders: readonly string[];
  readonly #services: Services;
  readonly #child: ChildProcess;
  readonly #user: User | undefined;
  readonly #victims = new Set<ChildProcess>();

  /** Makes it, as this user’s own. */
  static async open(user?: User): Promise<Target> {
    const folders = { own: makeFolder(0o700, user), shared: makeFolder(0o755), writes: makeFolder(0o777) };
    const files = makeFiles(folders.own, user);
    writeFileSync(join(folders.writes, 'readable'), 'of the host');
    const services = new Services();
    const other_port = await services.http();
    const names = { abstract: `wcp-escape-${process.pid}-${other_port}`, bus: join(folders.shared, 'bus') };
    await services.accept({ path: `\0${names.abstract}` });
    await services.accept({ path: names.bus, writableAll: true });
    const shared_file = `/dev/shm/wcp-escape-${process.pid}-${other_port}`;
    const child = spawn('/usr/bin/python3', [PROGRAM, files.signing_key, shared_file], {
      stdio: ['pipe', 'pipe', 'inherit'],
      cwd: folders.own,
      env: { WCP_TARGET: 'of the host' },
      ...user,
    });
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    const places = {
      ...files,
      ...names,
      ...Object.fromEntries(Object.entries(JSON.parse(line)).map(([name, value]) => [name, String(value)])),
      shared_file,
      shared_folder: `${shared_file}-folder`,
      writes: folders.writes,
      other_port: String(other_port),
      port: String(await services.http(`http://${ownAddress()}:${other_port}/`)),
      names_port: String(await services.names()),
      free_port: String(await services.freePort()),
      own_address: ownAddress(),
      other_address: ownAddress(1),
      own_name: hostname(),
      set_id: await makeSetId(folders.shared),
      bwrap: (await findProgram('bwrap')) ?? '/usr/bin/bwrap',
      disk: diskOf(readFileSync('/proc/mounts', 'utf8')),
      cgroup: readFileSync('/proc/mounts', 'utf8').includes(' /sys/fs/cgroup cgroup2 ')
        ? '/sys/fs/cgroup/cgroup.procs'
        : '/sys/fs/cgroup/pids/cgroup.procs',
    };
    return new Target({ places, folders: Object.values(folders), services, child, user });
  }

  private constructor(made: {
    readonly places: Readonly<Record<string, string>>;
    readonly folders: readonly string[];
    readonly services: Services;
    readonly child: ChildProcess;
    readonly user: User | undefined;
  }) {
    this.places = made.places;
    this.#folders = made.folders;
    this.#services = made.services;
    this.#child = made.child;
    this.#user = made.user;
  }

  /** Puts the places into a value of JSON: a new process to signal, and a new file to leave, for each run. */
  fill<T>(value: T): { readonly value: T; readonly proof: string } {
    const proof = join(this.places['writes'] ?? '', `proof-${process.hrtime.bigint()}`);
    const text = JSON.stringify(value).replace(/\{([a-z_]+)\}/g, (_, name: string) => {
      if (name === 'victim') return String(this.#victim());
      const place = name === 'proof' ? proof : this.places[name];
      if (place === undefined) throw new Error(`No place is called ${name}.`);
      return place;
    });
    return { value: JSON.parse(text) as T, proof };
  }

  async close(): Promise<void> {
    for (const victim of this.#victims) victim.kill('SIGKILL');
    this.#services.close();
    this.#child.stdin?.end();
    if (this.#child.exitCode === null) await once(this.#child, 'exit');
    // A program that was killed has left what it wrote.
    rmSync(this.places['shared_folder'] ?? '', { recursive: true, force: true });
    for (const folder of this.#folders) rmSync(folder, { recursive: true });
  }

  #victim(): number {
    const victim = spawn('sleep', ['600'], { stdio: 'ignore', ...this.#user });
    this.#victims.add(victim);
    return victim.pid ?? 0;
  }
}

function makeFolder(mode: number, user?: User): string {
  const folder = mkdtempSync(join(tmpdir(), 'wcp-escape-'));
  chmodSync(folder, mode);
  if (user !== undefined) chownSync(folder, user.uid, user.gid);
  return folder;
}

/** The folder of a Hall, as far as anybody could want something of it. */
function makeFiles(folder: string, user: User | undefined) {
  const names = {
    signing_key: 'signing.pem',
    store: 'hall.db',
    rules: 'rules.json',
    rules_copy: 'rules.json.copy',
    secret: 'secret-of-another',
    snapshot: 'snapshot.mjs',
    neighbour_file: 'state-of-another',
  };
  const places = Object.entries(names).map(([name, file]) => {
    const place = join(folder, file);
    writeFileSync(place, 'of the host', { mode: 0o600 });
    if (user !== undefined) chownSync(place, user.uid, user.gid);
    return [name, place];
  });
  return Object.fromEntries(places) as Record<keyof typeof names, string>;
}

/** A program that runs with root’s rights, where somebody may make one; else an ordinary one. */
async function makeSetId(folder: string): Promise<string> {
  const place = join(folder, 'id');
  copyFileSync((await findProgram('id')) ?? '/usr/bin/id', place);
  chmodSync(place, isRoot ? 0o4755 : 0o755);
  return place;
}

/** An address of this machine that is not a loopback’s, where it has one; the next one for another index. */
function ownAddress(index = 0): string {
  const all = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  const found = all.filter(({ internal, scopeid = 0 }) => !internal && scopeid === 0);
  return found[index]?.address ?? `127.0.0.${index + 2}`;
}

function diskOf(mounts: string): string {
  return /^(\/dev\/\S+) /m.exec(mounts)?.[1] ?? '/dev/sda';
}
