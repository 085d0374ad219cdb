import type { ServerResponse } from 'node:http';

const MAX_PAGES = 64;
/** A proxy between here and the browser would close a silent connection. */
const HEARTBEAT_MS = 25_000;

/** The open pages, which refresh when something changes. The events reveal nothing about the holds. */
export class LivePages {
  readonly #open = new Set<ServerResponse>();
  readonly #timer = setInterval(() => this.#write(': \n\n'), HEARTBEAT_MS).unref();

  /** Whether one more page can be open. */
  get hasRoom(): boolean {
    return this.#open.size < MAX_PAGES;
  }

  add(response: ServerResponse): void {
    this.#open.add(response);
    response.once('close', () => this.#open.delete(response));
    response.write('retry: 2000\n\n');
  }

  /** Makes every open page refresh. */
  refresh(): void {
    this.#write('event: refresh\ndata: \n\n');
  }

  close(): void {
    clearInterval(this.#timer);
    for (const response of this.#open) response.end();
  }

  #write(text: string): void {
    for (const response of this.#open) response.write(text);
  }
}
