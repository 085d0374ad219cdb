import type { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress, createGunzip } from 'node:zlib';
import { Refusal } from '../refusal.ts';

const DECODERS: ReadonlyMap<string, () => Transform> = new Map<string, () => Transform>([
  ['gzip', createGunzip],
  ['x-gzip', createGunzip],
  ['br', createBrotliDecompress],
]);

/** Content that cannot be compressed becomes slightly larger. */
const OVERHEAD = 65_536;

interface Limits {
  readonly max_bytes: number;
  readonly signal: AbortSignal;
}

/**
 * Reads and decompresses a body. Stops as soon as it is too large, before or after decompression, so that
 * a decompression bomb takes no memory.
 */
export async function readBody(
  body: Readable,
  encoding: string | null,
  { max_bytes, signal }: Limits,
): Promise<Uint8Array | Refusal> {
  const coding = (encoding ?? 'identity').trim().toLowerCase();
  const decoder = DECODERS.get(coding);
  if (decoder === undefined && coding !== 'identity') {
    return new Refusal(
      'FETCH_UNSUPPORTED_TYPE',
      'The content is compressed in a way that was not requested.',
    );
  }
  const raw = new Meter(max_bytes + OVERHEAD);
  const content = new Meter(max_bytes);
  try {
    if (decoder === undefined) await pipeline(body, content.collect, { signal });
    else await pipeline(body, raw.pass, decoder(), content.collect, { signal });
    return content.bytes;
  } catch {
    if (raw.isFull || content.isFull) return new Refusal('FETCH_TOO_LARGE');
    return new Refusal(signal.aborted ? 'FETCH_TIMEOUT' : 'FETCH_BROKEN_ANSWER');
  }
}

/** Counts the bytes of a stream, and fails it when they are too many. */
class Meter {
  isFull = false;
  readonly #maxBytes: number;
  readonly #chunks: Uint8Array[] = [];
  #size = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** The collected bytes. */
  get bytes(): Uint8Array {
    return Buffer.concat(this.#chunks);
  }

  readonly pass = (source: AsyncIterable<Uint8Array>) => this.#pass(source);

  readonly collect = async (source: AsyncIterable<Uint8Array>): Promise<void> => {
    for await (const chunk of source) {
      this.#count(chunk);
      this.#chunks.push(chunk);
    }
  };

  async *#pass(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of source) {
      this.#count(chunk);
      yield chunk;
    }
  }

  #count(chunk: Uint8Array): void {
    this.#size += chunk.length;
    this.isFull = this.#size > this.#maxBytes;
    if (this.isFull) throw new RangeError('Too many bytes.');
  }
}
