import { compileWorld, type World } from '@wcp/router';
import type { KeptWorld, RecordSource } from './record-source.ts';

/** Documents in place of the recorded ones. */
export interface Replacements {
  readonly rules?: unknown;
  readonly config?: unknown;
  readonly workers?: readonly unknown[];
}

/** Worlds that are compiled at a time; a log has few that are long in force. */
const MAX_WORLDS = 64;

/** The worlds in which recorded decisions are made again, each compiled once while it is in use. */
export class WorldCache {
  readonly #source: RecordSource;
  readonly #replacements: Replacements;
  readonly #worlds = new Map<string, World | null>();

  constructor(source: RecordSource, replacements: Replacements) {
    this.#source = source;
    this.#replacements = replacements;
  }

  /** Other documents are tried, so that nothing has to come out as it was recorded. */
  get isChanged(): boolean {
    return Object.keys(this.#replacements).length > 0;
  }

  /** The world of a digest, with what replaces its documents; null where the recorded one is not there. */
  async at(digest: string | null): Promise<World | null> {
    if (digest === null) return null;
    const known = this.#worlds.get(digest);
    const world = known === undefined ? await this.#compile(digest) : known;
    this.#worlds.delete(digest);
    this.#worlds.set(digest, world);
    if (this.#worlds.size > MAX_WORLDS) this.#worlds.delete(this.#worlds.keys().next().value as string);
    return world;
  }

  async #compile(digest: string): Promise<World | null> {
    const kept: KeptWorld | null = await this.#source.world(digest);
    if (kept === null) return null;
    const { catalog_version: catalogVersion, ...documents } = kept;
    return compileWorld({ ...documents, ...this.#replacements, catalogVersion });
  }
}
