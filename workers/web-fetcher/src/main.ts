import './node-require.ts';
import { serveWorker } from '@wcp/worker-kit';
import { worker } from './index.ts';

await serveWorker(worker);
