import type { RunContext } from '@wcp/worker-kit';
import { isSigned } from './check-signature.ts';
import type { Registered, Registration } from './schema.ts';
import { accessOf } from './store/access.ts';
import type { ResearchStore } from './store/research-store.ts';
import { writeDocument } from './store/write-document.ts';

/** Enters a document in the store (`cap.research.register`). */
export function register(store: ResearchStore, document: Registration, context: RunContext) {
  const { sha256, signature } = document;
  if (signature !== undefined && !isSigned(sha256, signature)) {
    return context.deny(
      'REGISTER_SIGNATURE_INVALID',
      'The signature is not that of its key over the sha256.',
    );
  }
  const written = store.use((db) => writeDocument(db, accessOf(context), document));
  if (written === 'other-dimensions') {
    return context.deny(
      'REGISTER_DIMENSION_MISMATCH',
      'The model’s vectors have another length in this store: register them under a model of their own.',
    );
  }
  return { ...written, store: store.kind } satisfies Registered;
}
