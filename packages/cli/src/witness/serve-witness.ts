import { join } from 'node:path';
import type { WitnessHost } from '@wcp/hall';
import { WcpError } from '@wcp/spec';
import { CliError } from '../base/cli-error.ts';
import { fileProblem } from '../base/problem.ts';
import type { Terminal } from '../base/terminal.ts';
import { InputReader } from '../input/input-reader.ts';
import { rows } from '../print/layout.ts';
import { serverLog } from '../serve/server-log.ts';
import { type LoadedWitness, loadWitness, WITNESS_FILES, witnessKeyText } from './witness-folder.ts';

/** The choices of the user. */
export interface ServeWitnessOptions {
  readonly host?: string;
  readonly port?: number;
  readonly isJson: boolean;
}

/**
 * Serves the witness in a folder until the program is told to stop.
 *
 * @throws {CliError} if it cannot be started
 */
export async function serveWitness(
  terminal: Terminal,
  dir: string,
  { isJson, ...chosen }: ServeWitnessOptions,
): Promise<void> {
  const stopped = terminal.untilStopped();
  const log = serverLog(terminal, isJson);
  const loaded = await loadWitness(new InputReader(terminal), dir);
  const host = await open(dir, loaded, { ...loaded.settings, ...chosen, log });
  const key = witnessKeyText(loaded.settings, loaded.key);
  if (isJson) log('info', 'The witness is ready.', { listening: host.url, key });
  else terminal.write(readyText(host, loaded, key));
  await stopped;
  await host.close();
  log('info', 'The witness is closed.');
}

/** The code of the server is loaded only here, so that other commands start fast. */
async function open(
  dir: string,
  { settings: { name }, key, logs }: LoadedWitness,
  {
    host,
    port,
    log,
  }: { readonly host: string; readonly port: number; readonly log: ReturnType<typeof serverLog> },
): Promise<WitnessHost> {
  const { serveWitness: serve } = await import('@wcp/hall');
  const file = join(dir, WITNESS_FILES.record);
  try {
    return await serve({ name, key, logs, file, host, port, log });
  } catch (error) {
    if (!(error instanceof WcpError)) throw error;
    const code = error.code === 'ERR_WCP_STORE' ? 'RECORD_UNUSABLE' : 'CANNOT_LISTEN';
    throw new CliError([fileProblem(file, code, error.message)]);
  }
}

function readyText({ url }: WitnessHost, { logs }: LoadedWitness, key: string): string {
  const table = rows([
    ['witness', key],
    ['address', url],
    ['logs', logs.map(({ origin }) => origin).join(', ') || 'none yet: `wcp witness watch` adds one'],
    ['in the Hall', JSON.stringify({ witnesses: [{ key, url }] })],
  ]);
  return `${table}It cosigns what continues what it saw, and nothing else. Stop it with Ctrl-C.\n`;
}
