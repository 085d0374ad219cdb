import type { ServerResponse } from 'node:http';

const MOST = 64;
/** A proxy between here and the browser would take silence for an end. */
const BEAT_MS = 25_000;

/** The open pages that are told to look again. What they are told says nothing of what is held. */
export class Listeners {
  readonly #open = new Set<ServerResponse>();
  readonly #timer = setInterval(() => this.#write(': \n\n'), BEAT_MS).unref();

  /** Whether there is room for one more. */
  get hasRoom(): boolean {
    return this.#open.size < MOST;
  }

  add(response: ServerResponse): void {
    this.#open.add(response);
    response.once('close', () => this.#open.delete(response));
    response.write('retry: 2000\n\n');
  }

  /** Something has changed. */
  tell(): void {
    this.#write('event: look\ndata: \n\n');
  }

  close(): void {
    clearInterval(this.#timer);
    for (const response of this.#open) response.end();
  }

  #write(text: string): void {
    for (const response of this.#open) response.write(text);
  }
}
