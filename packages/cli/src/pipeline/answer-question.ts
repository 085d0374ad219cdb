import { count } from '../print/layout.ts';
import type { DispatchChain } from './dispatch-chain.ts';
import { embedTexts } from './embed-texts.ts';
import type { RegisteredDocument } from './register-parts.ts';
import type { AnswerOf } from './worker-answers.ts';

/** A passage that answers a question. */
export type Passage = AnswerOf<'cap.mem.retrieve'>['hits'][number];

/** How many passages to retrieve. */
const MAX_PASSAGES = 3;
const MAX_QUESTION_LENGTH = 4000;

/** The default question, made from the title or, without one, the source. */
export function questionAbout({ title, source }: RegisteredDocument): string {
  return `What does "${title ?? source}" say?`.slice(0, MAX_QUESTION_LENGTH);
}

/**
 * Answers a question from the registered document, by its words and by its vector. Null if a dispatch did
 * not succeed.
 */
export async function answerQuestion(
  chain: DispatchChain,
  question: string,
): Promise<readonly Passage[] | null> {
  const query = question.slice(0, MAX_QUESTION_LENGTH);
  const embedded = await embedTexts(chain, [query]);
  if (embedded === null) return null;
  const { model, vectors } = embedded;
  const [vector = []] = vectors;
  // If the model knows no word of the question, its vector is zero and only its words count.
  const meaning = vector.some((number) => number !== 0) ? { vector, model } : {};
  const search = { query, ...meaning, limit: MAX_PASSAGES };
  const answer = await chain.dispatch('cap.mem.retrieve', search, ({ hits }) =>
    count(hits.length, 'passage'),
  );
  return answer === null ? null : answer.hits;
}
