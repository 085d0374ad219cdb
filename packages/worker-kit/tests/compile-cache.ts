import { join } from 'node:path';

// Programs that tests start inherit it, and start in half the time. Node's cache goes by the content of each file, so
// what it holds is never stale.
process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, '../../../node_modules/.cache/wcp-compile');
