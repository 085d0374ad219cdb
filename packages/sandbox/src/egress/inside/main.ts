/**
 * Runs inside a sandbox. Loaded with `--import`, it makes the routes out transparent to a Node program; started as a
 * program with `-- COMMAND…`, it is the forwarder of COMMAND.
 */
import { syncBuiltinESMExports } from 'node:module';
import { fileURLToPath } from 'node:url';
import { launch } from './launch.ts';
import { patchConnect } from './patch-connect.ts';
import { patchLookup } from './patch-lookup.ts';
import { Routes } from './routes.ts';

const routes = Routes.read();
const isProgram = process.argv[1] === fileURLToPath(import.meta.url);

if (isProgram) {
  await launch(routes, process.argv.slice(process.argv.indexOf('--') + 1));
} else {
  patchConnect(routes);
  patchLookup(routes);
  // Named imports of node:dns and node:tls get what was patched.
  syncBuiltinESMExports();
}
