/**
 * This implementation as a port: the handlers of the CLI behind `servePort`. It runs in a temporary folder,
 * where `@wcp/router` and `@wcp/evidence` are the mutated copies.
 */
import { writeFileSync } from 'node:fs';
// @boundaries-ignore: the handlers of `wcp conformance port` are no part of the CLI's public surface
import { HANDLERS } from '../../../../packages/cli/src/port/handlers.ts';
// @boundaries-ignore: bundled from its source, for no build of it stands in the temporary folder
import { type PortHandlers, servePort } from '../../../../packages/conformance/src/port/serve-port.ts';

declare global {
  /** The numbers of the places that were reached; the marks in the sources fill it. */
  var wcpReached: Set<number> | undefined;
}

const file = process.env['WCP_MUTANTS_REACHED'];
const loading = [...(globalThis.wcpReached ?? [])];
const requests: number[][] = [];

await servePort(file === undefined ? HANDLERS : watched(HANDLERS), {
  input: process.stdin,
  output: process.stdout,
  implementation: { name: 'wcp mutant', language: 'TypeScript', version: '0.0.0' },
});
if (file !== undefined) writeFileSync(file, JSON.stringify({ loading, requests }));
process.exit(0);

/** Handlers that note which places of the code each request has reached. */
function watched(handlers: PortHandlers): PortHandlers {
  return Object.fromEntries(
    Object.entries(handlers).map(([op, handler]) => [
      op,
      (given: Parameters<typeof handler>[0], input: unknown) => watch(() => handler(given, input)),
    ]),
  );
}

function watch<T>(run: () => T): T {
  globalThis.wcpReached = new Set();
  try {
    return run();
  } finally {
    requests.push([...globalThis.wcpReached]);
  }
}
