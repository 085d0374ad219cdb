import { defineWorker, type RunContext, type Worker } from '@wcp/worker-kit';
import { record } from './record.ts';
import { register } from './register.ts';
import { retrieve } from './retrieve.ts';
import { input, isQuestion, output, type Question, type Registration } from './schema.ts';
import { ResearchStore } from './store/research-store.ts';
import { StoreFailure } from './store/store-failure.ts';

/** A worker with its store. */
export interface Registrar {
  readonly worker: Worker;
  /** Lets go of the store’s file; a request that comes later opens it again. */
  close(): void;
}

/**
 * The worker of a store: a file, or the memory of the process where `file` is absent or empty.
 *
 * @param patience how long another process may hold the file, in milliseconds
 */
export function registrarFor(file: string | undefined, patience = 5000): Registrar {
  const store = new ResearchStore(file, patience);
  const run = (request: Registration | Question, context: RunContext) => runWith(store, request, context);
  return { worker: defineWorker({ record, input, output, run }), close: () => store.close() };
}

function runWith(store: ResearchStore, request: Registration | Question, context: RunContext) {
  const isRegistrar = context.capability_id === 'cap.research.register';
  const verb = isRegistrar ? 'REGISTER' : 'RETRIEVE';
  if (isRegistrar === isQuestion(request)) {
    const wanted = isRegistrar ? 'a document' : 'a question';
    return context.deny(`${verb}_OTHER_REQUEST`, `The capability ${context.capability_id} takes ${wanted}.`);
  }
  try {
    return isQuestion(request) ? retrieve(store, request, context) : register(store, request, context);
  } catch (error) {
    if (!(error instanceof StoreFailure)) throw error;
    console.error(error);
    return context.deny(`${verb}_${error.code}`, error.message);
  }
}
