import { compileWorld, type World } from '@wcp/router';
import type { RecordSource, StoredWorld } from './record-source.ts';

/** Documents to use instead of the recorded ones. */
export interface Replacements {
  readonly rules?: unknown;
  readonly config?: unknown;
  readonly workers?: readonly unknown[];
}

/** How many compiled worlds are cached; a log rarely needs more at a time. */
const WORLD_CACHE_SIZE = 64;

/** A world that decisions were made in. */
export interface RecordedWorld {
  readonly world: World;
  /** The rules document that it was compiled from. */
  readonly rules: unknown;
}

/** The worlds in which recorded decisions are made again, each compiled once while it is in use. */
export class WorldCache {
  readonly #source: RecordSource;
  readonly #replacements: Replacements;
  readonly #worlds = new Map<string, RecordedWorld | null>();

  constructor(source: RecordSource, replacements: Replacements) {
    this.#source = source;
    this.#replacements = replacements;
  }

  /** Whether other documents are tried, so that decisions may come out differently. */
  get isChanged(): boolean {
    return Object.keys(this.#replacements).length > 0;
  }

  /** The world with a digest, with its documents replaced; null if the recorded world is missing. */
  async at(digest: string | null): Promise<RecordedWorld | null> {
    if (digest === null) return null;
    const known = this.#worlds.get(digest);
    const world = known === undefined ? await this.#compile(digest) : known;
    this.#worlds.delete(digest);
    this.#worlds.set(digest, world);
    if (this.#worlds.size > WORLD_CACHE_SIZE) this.#worlds.delete(this.#worlds.keys().next().value as string);
    return world;
  }

  async #compile(digest: string): Promise<RecordedWorld | null> {
    const stored: StoredWorld | null = await this.#source.world(digest);
    if (stored === null) return null;
    const { catalog_version: catalogVersion, ...recorded } = stored;
    const documents = { ...recorded, ...this.#replacements };
    return { world: compileWorld({ ...documents, catalogVersion }), rules: documents.rules };
  }
}
