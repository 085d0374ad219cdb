import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { type Mutant, placeKeyOf, type Trial } from './mutant.ts';
import type { PreparedCase } from './run-cases.ts';

/** One line of a journal. */
interface Entry extends Trial {
  /** The port that was mutated, and what ran it. */
  readonly port: string;
  /** The cases that the result hangs on: that which caught the mutant, or all for a survivor. */
  readonly cases: string;
  readonly key: string;
}

/**
 * What became of each mutant, a line each, written at once: an interrupted run goes on where it stopped. What
 * was tried on another port or on another runtime does not count; what was caught still is while the case that
 * caught it is the same; a survivor survives no change of the cases.
 */
export class Journal {
  readonly #file: string | undefined;
  readonly #port: string;
  readonly #all: string;
  readonly #digests: ReadonlyMap<string, string>;
  readonly #known = new Map<string, Trial>();

  /** `port` names what is mutated and what runs it; without a file nothing is kept. */
  constructor(file: string | undefined, port: string, cases: readonly PreparedCase[]) {
    this.#file = file;
    this.#port = port;
    this.#digests = new Map(cases.map((each) => [each.item.id, digestOf(each)]));
    this.#all = digest([...this.#digests.values()].join('\n'));
    if (file === undefined || !existsSync(file)) return;
    const entries = readEntries(file);
    // A line that was cut off would swallow the next one.
    writeFileSync(file, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
    for (const { key, caught, asked, ...on } of entries) {
      const holds = on.port === port && on.cases === this.#casesOf({ caught, asked });
      if (holds) this.#known.set(key, { caught, asked });
    }
  }

  find(mutant: Mutant): Trial | undefined {
    return this.#known.get(placeKeyOf(mutant));
  }

  add(mutant: Mutant, trial: Trial): void {
    if (this.#file === undefined) return;
    const { caught, asked } = trial;
    const key = placeKeyOf(mutant);
    const entry: Entry = { port: this.#port, cases: this.#casesOf(trial), key, caught, asked };
    appendFileSync(this.#file, `${JSON.stringify(entry)}\n`);
  }

  /** A port that did not start was caught by no case in particular. */
  #casesOf({ caught }: Trial): string {
    if (caught === null) return this.#all;
    return caught.case === null ? 'none' : (this.#digests.get(caught.case) ?? 'unknown case');
  }
}

function readEntries(file: string): Entry[] {
  return readFileSync(file, 'utf8').split('\n').flatMap(readEntry);
}

/** The entry of a line, or nothing for a line that was cut off. */
function readEntry(line: string): Entry[] {
  try {
    const entry = JSON.parse(line);
    return typeof entry.port === 'string' && typeof entry.key === 'string' ? [entry] : [];
  } catch {
    return [];
  }
}

/** A name for a port and what runs and judges it: every file of these folders, and the runtime with its version. */
export function fingerprintOf(folders: readonly string[], runtime: string): string {
  return digest([runtime, ...folders.flatMap(contentsOf)].join('\n'));
}

function contentsOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .sort()
    .map((file) => `${relative(folder, file)} ${digest(readFileSync(file))}`);
}

/** What a case asks and expects; its number changes when others come and go. */
function digestOf({ item: { op, given, input, expect } }: PreparedCase): string {
  return digest(JSON.stringify([op, given, input, expect]));
}

function digest(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex').slice(0, 16);
}
