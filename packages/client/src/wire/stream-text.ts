import { Utf8Reader } from '../json/utf8-reader.ts';

/** The text of a response as it comes in; leaving the loop over it ends the connection. */
export async function* streamText({ body }: Response, silence: SilenceLimit): AsyncGenerator<string> {
  const reader = body?.getReader();
  if (reader === undefined) return;
  const utf8 = new Utf8Reader();
  try {
    for (;;) {
      silence.restart();
      const { done, value } = await reader.read();
      if (done) return;
      yield utf8.read(value);
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

/** A Hall says every 15 seconds that it is still there. */
const SILENCE_MS = 60_000;

/** Aborts a connection that says nothing for a while. */
export class SilenceLimit {
  readonly #controller = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    this.restart();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  restart(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#controller.abort(), SILENCE_MS);
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}
