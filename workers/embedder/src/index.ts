import { defineWorker, type Worker } from '@wcp/worker-kit';
import { embedOffline } from './embed-offline.ts';
import { embedWithServer, readModelServer } from './embed-with-server.ts';
import { offlineRecord, serverRecord } from './record.ts';
import { input, output } from './schema.ts';

export type { Embeddings, Request } from './schema.ts';

/**
 * The worker of an environment: with `WCP_OLLAMA_URL` and `WCP_OLLAMA_MODEL` it uses a model server, and
 * its record says so; without them it makes the vectors itself, offline (WCP section 10).
 */
export function embedderFor(env: Readonly<Record<string, string | undefined>>): Worker {
  const server = readModelServer(env);
  if (server === 'none') return defineWorker({ record: offlineRecord, input, output, run: embedOffline });
  if (server === 'unusable') {
    return defineWorker({
      record: offlineRecord,
      input,
      output,
      run: (_, context) =>
        context.deny(
          'EMBED_MISCONFIGURED',
          'Set WCP_OLLAMA_URL to http(s)://host:port, and WCP_OLLAMA_MODEL to its model.',
        ),
    });
  }
  return defineWorker({
    record: serverRecord(server.endpoint),
    input,
    output,
    run: (request, context) => embedWithServer(server, request, context),
  });
}

/** Turns texts into vectors, so that texts about the same thing are close to each other. */
export const worker: Worker = embedderFor(process.env);
