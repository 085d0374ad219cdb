import { defineWorker } from '@wcp/worker-kit';
import { fetchPage } from './fetch-page.ts';
import { record } from './record.ts';
import { input, output } from './schema.ts';

export type { Page, Request } from './schema.ts';

/** Fetches a page or a file and gives its clean text (WCP section 10). */
export const worker = defineWorker({
  record,
  input,
  output,
  run: (request, context) => fetchPage(request, context),
});
