import { count } from '../print/layout.ts';
import type { DispatchChain } from './dispatch-chain.ts';
import { batchesOf } from './document/batches.ts';
import type { AnswerOf } from './worker-answers.ts';

/** Vectors of one model, one for each text. */
export interface EmbeddedTexts {
  readonly model: string;
  readonly vectors: readonly (readonly number[])[];
}

/** The most texts that the embedder takes in one request. */
const MAX_TEXTS = 512;

/**
 * Has texts embedded, in as few dispatches as possible.
 *
 * @returns null if a dispatch did not succeed or its answer does not fit
 */
export async function embedTexts(
  chain: DispatchChain,
  texts: readonly string[],
): Promise<EmbeddedTexts | null> {
  const answers: AnswerOf<'cap.ml.embed'>[] = [];
  for (const batch of batchesOf(texts, MAX_TEXTS)) {
    const answer = await chain.dispatch('cap.ml.embed', { texts: batch }, vectorSummary);
    if (answer === null) return null;
    if (answer.vectors.length !== batch.length) return chain.fail('cap.ml.embed', NOT_EACH);
    answers.push(answer);
  }
  const models = new Set(answers.map(({ model }) => model));
  const [model] = models;
  if (models.size !== 1 || model === undefined) return chain.fail('cap.ml.embed', NOT_ONE);
  return { model, vectors: answers.flatMap(({ vectors }) => vectors) };
}

const NOT_EACH = 'The worker did not return one vector for each text.';
const NOT_ONE = 'The vectors come from several models and cannot be compared.';

function vectorSummary({ model, vectors }: AnswerOf<'cap.ml.embed'>): string {
  return `${count(vectors.length, 'vector')} of ${vectors[0]?.length ?? 0} numbers, ${model}`;
}
