import { count } from '../print/layout.ts';
import type { Chain } from './dispatch-chain.ts';
import { embedTexts } from './embed-texts.ts';
import type { RegisteredDocument } from './take-through.ts';
import type { AnswerOf } from './worker-answers.ts';

/** A passage that fits a question. */
export type Passage = AnswerOf<'cap.mem.retrieve'>['hits'][number];

/** How many passages are wanted. */
const MAX_PASSAGES = 3;
const MAX_QUESTION_LENGTH = 4000;

/** The question where the user has none: after the title or, without one, where it came from. */
export function questionAbout({ title, source }: RegisteredDocument): string {
  return `What does "${title ?? source}" say?`.slice(0, MAX_QUESTION_LENGTH);
}

/**
 * Answers a question from what was registered, by its words and by its vector. Null where a dispatch did
 * not go through.
 */
export async function answerQuestion(chain: Chain, question: string): Promise<readonly Passage[] | null> {
  const query = question.slice(0, MAX_QUESTION_LENGTH);
  const embedded = await embedTexts(chain, [query]);
  if (embedded === null) return null;
  const { model, vectors } = embedded;
  const [vector = []] = vectors;
  // A question of which the model knows no word has no direction: its words alone count then.
  const meaning = vector.some((number) => number !== 0) ? { vector, model } : {};
  const received = { query, ...meaning, limit: MAX_PASSAGES };
  const answer = await chain.ask('cap.mem.retrieve', received, ({ hits }) => count(hits.length, 'passage'));
  return answer === null ? null : answer.hits;
}
