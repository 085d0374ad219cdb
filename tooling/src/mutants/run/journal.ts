import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Mutant, placeKeyOf, type Trial } from './mutant.ts';
import type { PreparedCase } from './run-cases.ts';

/** One line of a journal. */
interface Entry extends Trial {
  /** What the mutant was tried on. */
  readonly on: string;
  readonly key: string;
}

/**
 * What became of each mutant, a line each, written at once: an interrupted run goes on where it stopped.
 * What was tried on other sources, other cases or another runtime does not count.
 */
export class Journal {
  readonly #file: string | undefined;
  readonly #on: string;
  readonly #known = new Map<string, Trial>();

  /** `on` names what is tried; without a file nothing is kept. */
  constructor(file: string | undefined, on: string) {
    this.#file = file;
    this.#on = on;
    if (file === undefined || !existsSync(file)) return;
    const entries = readEntries(file);
    // A line that was cut off would swallow the next one.
    writeFileSync(file, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
    for (const { on: other, key, caught, asked } of entries)
      if (other === on) this.#known.set(key, { caught, asked });
  }

  find(mutant: Mutant): Trial | undefined {
    return this.#known.get(placeKeyOf(mutant));
  }

  add(mutant: Mutant, { caught, asked }: Trial): void {
    if (this.#file === undefined) return;
    const entry: Entry = { on: this.#on, key: placeKeyOf(mutant), caught, asked };
    appendFileSync(this.#file, `${JSON.stringify(entry)}\n`);
  }
}

function readEntries(file: string): Entry[] {
  return readFileSync(file, 'utf8').split('\n').flatMap(readEntry);
}

/** The entry of a line, or nothing for a line that was cut off. */
function readEntry(line: string): Entry[] {
  try {
    const entry = JSON.parse(line);
    return typeof entry.on === 'string' && typeof entry.key === 'string' ? [entry] : [];
  } catch {
    return [];
  }
}

/** A name for everything that decides what becomes of a mutant: the files of a port, the cases, the runtime. */
export function fingerprintOf(folder: string, cases: readonly PreparedCase[], runtime: string): string {
  const hash = createHash('sha256').update(runtime);
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  for (const file of files.sort()) {
    const content = createHash('sha256').update(readFileSync(file)).digest('hex');
    hash.update(`\n${file.slice(folder.length)} ${content}`);
  }
  for (const { item, line } of cases) hash.update(`\n${item.id}\n${line}${JSON.stringify(item.expect)}`);
  return hash.digest('hex').slice(0, 16);
}
