import { createHallClient, type HallClient } from '@wcp/client';
import { unreachable } from './hall-errors.ts';

/**
 * The client of a Hall (section 9). Why a server cannot be reached is known here alone, so the error that it
 * throws carries a `CliError` with advice as its cause.
 */
export function connectHall(url: URL, key: string | undefined): HallClient {
  return createHallClient({
    url,
    key,
    async fetch(input, init) {
      try {
        return await fetch(input, init);
      } catch (error) {
        throw init?.signal?.aborted ? error : unreachable(url, error);
      }
    },
  });
}
