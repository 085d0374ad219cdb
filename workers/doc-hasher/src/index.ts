import { defineWorker } from '@wcp/worker-kit';
import { hashDocument } from './hash-document.ts';
import { record } from './record.ts';
import { input, output } from './schema.ts';

export type { Request, SignedHash } from './schema.ts';

/** Hashes a document with SHA-256 and signs the hash (WCP section 10). */
export const worker = defineWorker({ record, input, output, run: hashDocument });
