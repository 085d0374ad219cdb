import type { RunContext } from '@wcp/worker-kit';
import type { Question } from './schema.ts';
import { accessOf } from './store/access.ts';
import type { ResearchStore } from './store/research-store.ts';
import { search } from './store/search.ts';

/** Finds pieces of documents that fit a question (`cap.mem.retrieve`). */
export function retrieve(store: ResearchStore, question: Question, context: RunContext) {
  const found = store.use((db) => search(db, accessOf(context), question));
  if (found === 'unknown-model') {
    return context.deny(
      'RETRIEVE_MODEL_UNKNOWN',
      'No document has vectors of this model: make the question’s with the model of the documents.',
    );
  }
  if (found === 'other-dimensions') {
    return context.deny(
      'RETRIEVE_DIMENSION_MISMATCH',
      'The model’s vectors have another length in this store.',
    );
  }
  return { hits: [...found], store: store.kind };
}
