import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FILE_FLAGS, withRegularFile } from './regular-file.ts';
import { ReplaySegment } from './replay-segment.ts';
import type { PermitUse, ReplayStore } from './replay-store.ts';

/** Permits that expire within one span of this many seconds share a file, which is removed after the span. */
const SPAN = 600;
const SEGMENT = /^([0-9]{1,14})\.permits$/;
const FLOOR = 'floor';

/**
 * Records used permits in a folder, across restarts and for all processes of this machine that share it. A
 * file whose permits have all expired is removed; the floor records the last such span, so that a clock that is
 * set back does not make a used permit valid again.
 */
export class ReplayFolder implements ReplayStore {
  readonly #dir: string;
  readonly #segments = new Map<number, ReplaySegment>();
  #last: Promise<unknown> = Promise.resolve();

  /** @param dir created where it is absent; its parent folder is not */
  constructor(dir: string) {
    this.#dir = dir;
  }

  /** One at a time in this process: two at once would both read before either writes. */
  use(use: PermitUse): Promise<boolean> {
    const turn = this.#last.then(() => this.#use(use));
    this.#last = turn.catch(() => {});
    return turn;
  }

  async #use({ key, exp, now }: PermitUse): Promise<boolean> {
    const own = Math.floor(exp / SPAN);
    const spans = await this.#spans();
    const floor = await this.#prune(spans, Math.floor(now / 1000 / SPAN) - 1);
    if (own <= floor) return false;
    for (const span of spans) {
      if (span > floor && span !== own && (await this.#segment(span).has(key))) return false;
    }
    if (!(await this.#segment(own).use(key))) return false;
    if (!spans.includes(own)) await syncFolder(this.#dir);
    return true;
  }

  /** The spans that have a file. */
  async #spans(): Promise<number[]> {
    const names = await readdir(this.#dir).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      await mkdir(this.#dir, { mode: 0o700 });
      return [];
    });
    return names.flatMap((name) => Number(SEGMENT.exec(name)?.[1] ?? []));
  }

  #segment(span: number): ReplaySegment {
    const known = this.#segments.get(span) ?? new ReplaySegment(join(this.#dir, `${span}.permits`));
    this.#segments.set(span, known);
    return known;
  }

  /** Removes the files of past spans: first writes the floor durably, then removes. Returns the floor. */
  async #prune(spans: readonly number[], passed: number): Promise<number> {
    const floor = await readFloor(this.#dir);
    const old = spans.filter((span) => span <= Math.max(passed, floor));
    if (old.length === 0) return floor;
    if (passed > floor) await writeFloor(this.#dir, passed);
    for (const span of old) {
      await rm(join(this.#dir, `${span}.permits`), { force: true });
      this.#segments.delete(span);
    }
    return Math.max(passed, floor);
  }
}

/** The last span whose permits were removed; -1 where there is none. */
async function readFloor(dir: string): Promise<number> {
  try {
    const text = await withRegularFile(join(dir, FLOOR), FILE_FLAGS.read, async (file) =>
      (await file.readFile()).toString('utf8'),
    );
    if (!/^[0-9]{1,14}$/.test(text)) throw new Error('The floor of the used permits is not a number.');
    return Number(text);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return -1;
    throw error;
  }
}

async function writeFloor(dir: string, floor: number): Promise<void> {
  const temporary = join(dir, `${FLOOR}.${process.pid}.tmp`);
  // What a killed process left, or somebody put there, is not written into.
  await rm(temporary, { force: true });
  const file = await open(temporary, 'wx', 0o600);
  try {
    await file.writeFile(String(floor));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, join(dir, FLOOR));
  await syncFolder(dir);
}

/** Makes the entries of a folder durable. */
async function syncFolder(dir: string): Promise<void> {
  const folder = await open(dir, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
