import { LRUCache } from 'lru-cache';
import type { EngineAnswer } from '../base/policy-source.ts';

/** UTF-16 units that a cache holds, requests and reasons together. */
const MAX_SIZE = 4_194_304;
/** A request that is longer is rarely asked again. */
const MAX_REQUEST = 2_048;

/** What policies answered to requests; the request that was asked longest ago goes first. */
export class AnswerCache {
  readonly #answers = new LRUCache<string, EngineAnswer>({
    maxSize: MAX_SIZE,
    sizeCalculation: ({ reason }, request) => request.length + reason.length + 1,
  });

  get(request: string): EngineAnswer | undefined {
    return this.#answers.get(request);
  }

  set(request: string, answer: EngineAnswer): void {
    if (request.length <= MAX_REQUEST) this.#answers.set(request, Object.freeze(answer));
  }
}
