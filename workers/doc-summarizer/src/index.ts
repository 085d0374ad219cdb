import { defineWorker } from '@wcp/worker-kit';
import { record } from './record.ts';
import { input, output } from './schema.ts';
import { summarize } from './summarize.ts';

export type { Request, Summary } from './schema.ts';

/** Summarises a text with its own most telling sentences (WCP section 10). */
export const worker = defineWorker({ record, input, output, run: summarize });
