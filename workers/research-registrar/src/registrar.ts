import { defineWorker, type RunContext, type Worker } from '@wcp/worker-kit';
import { isSigned } from './check-signature.ts';
import { recordFor } from './record.ts';
import { input, isQuestion, output, type Question, type Registered, type Registration } from './schema.ts';
import { accessOf, ResearchStore } from './store/research-store.ts';
import { search } from './store/search.ts';
import { StoreFailure } from './store/store-failure.ts';
import { writeDocument } from './store/write-document.ts';

/** A worker with its store. */
export interface Registrar {
  readonly worker: Worker;
  /** Closes the store’s file; a later request opens it again. */
  close(): void;
}

/**
 * The worker of a store: a file, or the memory of the process when `file` is absent or empty.
 *
 * @param timeout_ms how long to wait for another process that holds the file
 */
export function registrarFor(file: string | undefined, timeout_ms = 5000): Registrar {
  const store = new ResearchStore(file, timeout_ms);
  const run = (request: Registration | Question, context: RunContext) => runWith(store, request, context);
  const worker = defineWorker({ record: recordFor(file), input, output, run });
  return { worker, close: () => store.close() };
}

function runWith(store: ResearchStore, request: Registration | Question, context: RunContext) {
  const isRegistrar = context.capability_id === 'cap.research.register';
  const verb = isRegistrar ? 'REGISTER' : 'RETRIEVE';
  if (isRegistrar === isQuestion(request)) {
    const expected = isRegistrar ? 'a document' : 'a question';
    return context.deny(
      `${verb}_OTHER_REQUEST`,
      `The capability ${context.capability_id} takes ${expected}.`,
    );
  }
  try {
    return isQuestion(request) ? retrieve(store, request, context) : register(store, request, context);
  } catch (error) {
    if (!(error instanceof StoreFailure)) throw error;
    console.error(error);
    return context.deny(`${verb}_${error.code}`, error.message);
  }
}

/** Registers a document (`cap.research.register`). */
function register(store: ResearchStore, document: Registration, context: RunContext) {
  const { sha256, signature } = document;
  if (signature !== undefined && !isSigned(sha256, signature)) {
    return context.deny(
      'REGISTER_SIGNATURE_INVALID',
      'The signature is not valid for the key and the sha256.',
    );
  }
  const written = store.use((db) => writeDocument(db, accessOf(context), document));
  if (written === 'other-dimensions') {
    return context.deny(
      'REGISTER_DIMENSION_MISMATCH',
      'Vectors of this model have another length in this store: register these under another model name.',
    );
  }
  return { ...written, store: store.kind } satisfies Registered;
}

/** Finds the chunks of documents that fit a question (`cap.mem.retrieve`). */
function retrieve(store: ResearchStore, question: Question, context: RunContext) {
  const found = store.use((db) => search(db, accessOf(context), question));
  if (found === 'unknown-model') {
    return context.deny(
      'RETRIEVE_MODEL_UNKNOWN',
      'No document has vectors of this model: embed the question with the model of the documents.',
    );
  }
  if (found === 'other-dimensions') {
    return context.deny(
      'RETRIEVE_DIMENSION_MISMATCH',
      'Vectors of this model have another length in this store.',
    );
  }
  return { hits: [...found], store: store.kind };
}
