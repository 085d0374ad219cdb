import { serveWorker } from '@wcp/worker-kit';
import { worker } from './index.ts';
import { serveWeb, WEB_HELP } from './web/serve-web.ts';

// The page holds a steward's key: a signal must not open the debugger of this process.
process.on('SIGUSR1', () => {});

const [mode, ...operands] = process.argv.slice(2);
if (mode === '--web') process.exit(await serveWeb(operands, process.env));
if (mode === '--help') process.stdout.write(WEB_HELP);
await serveWorker(worker);
