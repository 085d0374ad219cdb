/**
 * This implementation as a port: the handlers of the CLI behind `servePort`. It stands in the temporary
 * folder, where `@wcp/router` and `@wcp/evidence` are the mutated copies.
 */
import { writeFileSync } from 'node:fs';
import { HANDLERS } from '../../packages/cli/src/port/handlers.ts';
import { servePort } from '../../packages/conformance/src/port/serve-port.ts';

const { WCP_MUTANTS_REACHED: file } = process.env;
const loading = [...(globalThis.wcpReached ?? [])];
const requests = [];

await servePort(file === undefined ? HANDLERS : watched(HANDLERS), {
  input: process.stdin,
  output: process.stdout,
  implementation: { name: 'wcp mutant', language: 'TypeScript', version: '0.0.0' },
});
if (file !== undefined) writeFileSync(file, JSON.stringify({ loading, requests }));
process.exit(0);

/** Handlers that note which places of the code each request has reached. */
function watched(handlers) {
  return Object.fromEntries(
    Object.entries(handlers).map(([op, handler]) => [
      op,
      (given, input) => watch(() => handler(given, input)),
    ]),
  );
}

function watch(run) {
  globalThis.wcpReached = new Set();
  try {
    return run();
  } finally {
    requests.push([...globalThis.wcpReached]);
  }
}
