import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';

/** The file that `scripts/write-assets.ts` makes. */
export const VECTORS_FILE = 'vectors.bin';
/** The first bytes of the file. */
export const MAGIC = 'WCPVEC1\n';

/** The header of the file, in JSON behind the magic bytes and its own length. */
const headerSchema = z.object({
  model: z.string(),
  dimensions: z.int().min(1),
  words: z.int().min(1),
  text_bytes: z.int().min(1),
  /** The direction of an average English text, of unit length. */
  common: z.array(z.number()),
});

/** A word of the vocabulary. */
export interface KnownWord {
  /** Its rank by frequency among all words, from 0. */
  readonly rank: number;
  /** The factor for each component. */
  readonly scale: number;
  readonly components: Int8Array;
}

/**
 * Word vectors in one block of bytes, as in their file: nothing is parsed or copied, and a word is found by
 * bisection. 340,000 words load in the time that reading 41 MB takes.
 */
export class WordVectors {
  readonly model: string;
  readonly dimensions: number;
  /** The direction of an average English text, of unit length. */
  readonly common: readonly number[];
  readonly #ends: Uint32Array;
  readonly #ranks: Uint32Array;
  readonly #scales: Float32Array;
  readonly #components: Int8Array;
  readonly #text: Buffer;

  /** @throws {Error} for bytes of another format */
  constructor(bytes: Buffer) {
    const start = MAGIC.length + 4;
    if (bytes.length < start || bytes.toString('latin1', 0, MAGIC.length) !== MAGIC) throw notVectors();
    let at = start + bytes.readUInt32LE(MAGIC.length);
    const { model, dimensions, words, text_bytes, common } = readHeader(bytes.subarray(start, at));
    if (bytes.length !== at + words * (12 + dimensions) + text_bytes) throw notVectors();
    const place = () => bytes.byteOffset + at;
    this.model = model;
    this.dimensions = dimensions;
    this.common = common;
    this.#ends = new Uint32Array(bytes.buffer, place(), words);
    at += 4 * words;
    this.#ranks = new Uint32Array(bytes.buffer, place(), words);
    at += 4 * words;
    this.#scales = new Float32Array(bytes.buffer, place(), words);
    at += 4 * words;
    this.#components = new Int8Array(bytes.buffer, place(), words * dimensions);
    this.#text = bytes.subarray(at + words * dimensions);
  }

  /** The number of words. */
  get size(): number {
    return this.#ends.length;
  }

  /** A word in the spelling of the vocabulary, or null. */
  find(word: string): KnownWord | null {
    const wanted = Buffer.from(word);
    let low = 0;
    let high = this.size;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const order = this.#text.compare(
        wanted,
        0,
        wanted.length,
        this.#endOf(middle - 1),
        this.#endOf(middle),
      );
      if (order === 0) return this.#wordAt(middle);
      if (order < 0) low = middle + 1;
      else high = middle;
    }
    return null;
  }

  #endOf(index: number): number {
    return index < 0 ? 0 : (this.#ends[index] ?? 0);
  }

  #wordAt(index: number): KnownWord {
    const from = index * this.dimensions;
    return {
      rank: this.#ranks[index] ?? 0,
      scale: this.#scales[index] ?? 0,
      components: this.#components.subarray(from, from + this.dimensions),
    };
  }
}

function readHeader(bytes: Buffer) {
  const header = headerSchema.parse(JSON.parse(bytes.toString('utf8')));
  if (header.common.length !== header.dimensions) throw notVectors();
  return header;
}

function notVectors(): Error {
  return new Error(`The file ${VECTORS_FILE} is damaged or of another version.`);
}

let loaded: WordVectors | null = null;

/**
 * The word vectors of this worker, read at the first call and then kept.
 *
 * @throws {Error} when their file is missing or damaged
 */
export function wordVectors(): WordVectors {
  loaded ??= new WordVectors(readFileSync(vectorsUrl()));
  return loaded;
}

/** Beside the program when it was built, in `dist` when it runs from its sources. */
function vectorsUrl(): URL {
  const beside = new URL(VECTORS_FILE, import.meta.url);
  return existsSync(beside) ? beside : new URL(`../dist/${VECTORS_FILE}`, import.meta.url);
}
