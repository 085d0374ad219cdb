import { openLineFile } from './line-file.ts';
import type { TelemetrySink } from './sink.ts';

/**
 * Opens a sink that appends each event to a file of JSON lines; `emit` resolves when they are on the
 * disk. One process at a time writes to a file.
 *
 * @throws {WcpError} `ERR_WCP_STORE` where the file cannot be opened or mended
 */
export async function createFileSink(path: string): Promise<TelemetrySink> {
  const file = await openLineFile(path);
  return {
    emit: (events) => file.append(events),
    flush: () => file.append([]),
    close: () => file.close(),
  };
}
