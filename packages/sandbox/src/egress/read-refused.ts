import type { Socket } from 'node:net';
import type { EgressTarget } from './allowlist.ts';

/** The most that is read of what a worker writes. */
const MAX_BYTES = 1_024;
/** How long a worker may take to write it, in milliseconds. */
const TIMEOUT_MS = 1_000;

/** A port, a space and the host that was asked for. */
const LINE = /^([0-9]{1,5}) ([^\n]+)\n/;

/** Reads one line about a host that was asked for. The worker wrote it: what does not fit is dropped. */
export function readRefused(worker: Socket, report: (asked: EgressTarget) => void): void {
  let text = '';
  worker.on('error', () => {});
  worker.setTimeout(TIMEOUT_MS, () => worker.destroy());
  worker.setEncoding('utf8');
  worker.on('data', (chunk: string) => {
    text += chunk;
    if (!text.includes('\n') && text.length <= MAX_BYTES) return;
    const [, port, host] = LINE.exec(text) ?? [];
    worker.destroy();
    if (host !== undefined && Number(port) <= 65_535) report({ host, port: Number(port) });
  });
  worker.once('end', () => worker.destroy());
  worker.resume();
}
