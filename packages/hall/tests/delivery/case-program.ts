/** The worker of these tests as a program. */
import { serveWorker } from '@wcp/worker-kit';
import { worker } from './case-worker.ts';

await serveWorker(worker);
