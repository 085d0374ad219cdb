import type { ProtocolOutput } from '../protocol-output.ts';
import type { HttpAddress } from './http-address.ts';
import { type HttpServed, listenHttp } from './http-worker.ts';

/**
 * Serves a worker over HTTP until SIGTERM or SIGINT. Prints its address as one line of JSON on standard output.
 *
 * @throws the system's error where it can't listen
 */
export async function serveHttp(
  served: HttpServed,
  address: HttpAddress,
  output: ProtocolOutput,
): Promise<void> {
  const { url, close } = await listenHttp(served, address);
  await output.writeLine(JSON.stringify({ listening: url }));
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, resolve);
  });
  await close();
}
