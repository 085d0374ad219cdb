import { utf8Length } from '@wcp/spec/json';
import { count } from '../print/layout.ts';
import type { Chain } from './dispatch-chain.ts';
import type { AnswerOf } from './worker-answers.ts';

/** Vectors of one model, one for each text. */
export interface EmbeddedTexts {
  readonly model: string;
  readonly vectors: readonly (readonly number[])[];
}

/** The most texts of one request of the embedder. */
const MAX_TEXTS = 512;
/** A request is at most 1 MiB, its setting included. */
const MAX_BYTES = 1_000_000;

/**
 * Has texts embedded: in one dispatch where they fit, otherwise in as few as they need.
 *
 * @returns null where a dispatch did not go through, or its answer does not fit
 */
export async function embedTexts(chain: Chain, texts: readonly string[]): Promise<EmbeddedTexts | null> {
  const answers: AnswerOf<'cap.ml.embed'>[] = [];
  for (const batch of batchesOf(texts)) {
    const answer = await chain.ask('cap.ml.embed', { texts: batch }, tellVectors);
    if (answer === null) return null;
    if (answer.vectors.length !== batch.length) return chain.fail('cap.ml.embed', NOT_EACH);
    answers.push(answer);
  }
  const models = new Set(answers.map(({ model }) => model));
  const [model] = models;
  if (models.size !== 1 || model === undefined) return chain.fail('cap.ml.embed', NOT_ONE);
  return { model, vectors: answers.flatMap(({ vectors }) => vectors) };
}

const NOT_EACH = 'The worker did not give one vector for each text.';
const NOT_ONE = 'The vectors are of several models and cannot be compared.';

/** Texts in as few lists as the limits of the worker and of a request allow, in their order. */
export function batchesOf(texts: readonly string[]): string[][] {
  const batches: string[][] = [];
  let room = 0;
  for (const text of texts) {
    const size = utf8Length(JSON.stringify(text)) + 1;
    const current = batches.at(-1);
    if (current === undefined || current.length === MAX_TEXTS || size > room) {
      batches.push([text]);
      room = MAX_BYTES - size;
    } else {
      current.push(text);
      room -= size;
    }
  }
  return batches;
}

function tellVectors({ model, vectors }: AnswerOf<'cap.ml.embed'>): string {
  return `${count(vectors.length, 'vector')} of ${vectors[0]?.length ?? 0} numbers, ${model}`;
}
