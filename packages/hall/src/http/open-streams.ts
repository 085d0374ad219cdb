import type { FastifyInstance, FastifyReply } from 'fastify';
import type { CallerUsage } from './caller-limits.ts';
import type { StreamReply } from './route.ts';

/** How long the reader of a stream that was ended has until its connection is cut. */
const CUT_MS = 200;

/** The answers without an end: they end with their readers, and with the server. */
export class OpenStreams {
  readonly #open = new Map<() => void, () => void>();

  readonly #usage: CallerUsage;

  constructor(app: FastifyInstance, usage: CallerUsage) {
    this.#usage = usage;
    app.addHook('preClose', async () => {
      for (const [stop, cut] of this.#open) {
        stop();
        // A reader that does not read to the end keeps no Hall from closing.
        setTimeout(cut, CUT_MS).unref();
      }
    });
  }

  /**
   * Sends a stream until one of its sides ends it.
   *
   * @throws {ProblemError} `RATE_LIMITED` where the caller has too many open
   */
  send(
    reply: FastifyReply,
    media: string,
    { stream, stop: stopSource }: StreamReply,
    caller: string,
  ): FastifyReply {
    const release = this.#placeFor(caller, stopSource);
    const stop = () => {
      this.#open.delete(stop);
      release();
      stopSource();
      stream.destroy();
    };
    this.#open.set(stop, () => reply.raw.destroy());
    reply.raw.on('close', stop);
    if (reply.raw.destroyed) stop();
    return reply
      .header('cache-control', 'no-store')
      .header('x-accel-buffering', 'no')
      .type(media)
      .send(stream);
  }

  #placeFor(caller: string, stopSource: () => void): () => void {
    try {
      return this.#usage.openStream(caller);
    } catch (error) {
      stopSource();
      throw error;
    }
  }
}
