import { setImmediate } from 'node:timers/promises';
import type { RunContext } from '@wcp/worker-kit';
import type { Embeddings, Request } from './schema.ts';
import { textVector, Vocabulary } from './text-vector.ts';
import { type WordVectors, wordVectors } from './word-vectors.ts';

/** Turns texts into vectors with the word vectors of this worker. The same texts give the same vectors. */
export async function embedOffline({ texts }: Request, context: RunContext) {
  const vectors = load();
  if (vectors === null) {
    return context.deny(
      'EMBED_VECTORS_MISSING',
      'The word vectors are missing beside the program: build it again.',
    );
  }
  const vocabulary = new Vocabulary(vectors);
  const made: (number[] | null)[] = [];
  for (const text of texts) {
    // Between two texts the deadline can end the run.
    await setImmediate(undefined, { signal: context.signal });
    made.push(textVector(text, vocabulary));
  }
  return embeddingsOf(`${vectors.model}+sif`, vectors.dimensions, made);
}

function load(): WordVectors | null {
  try {
    return wordVectors();
  } catch (error) {
    console.error(error);
    return null;
  }
}

/** The result of the worker; a text without a vector gets the zero vector and is listed in `unknown`. */
export function embeddingsOf(
  model: string,
  dimensions: number,
  made: readonly (readonly number[] | null)[],
): Embeddings {
  return {
    model,
    dimensions,
    vectors: made.map((vector) => (vector === null ? new Array(dimensions).fill(0) : [...vector])),
    unknown: made.flatMap((vector, index) => (vector === null ? [index] : [])),
  };
}
