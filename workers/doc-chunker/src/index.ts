import { defineWorker } from '@wcp/worker-kit';
import { chunkDocument } from './chunk-document.ts';
import { record } from './record.ts';
import { input, output } from './schema.ts';

export type { Chunk, Chunks, Request } from './schema.ts';

/** Cuts a document into pieces of a bounded number of tokens (WCP section 10). */
export const worker = defineWorker({ record, input, output, run: chunkDocument });
