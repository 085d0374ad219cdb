import { type ReceivedMessage, type RpcId, readMessages } from '../rpc/message.ts';
import { MessageIdFinder } from '../rpc/message-id.ts';

const NEWLINE = 0x0a;

/** What a server wrote. */
export type Reading =
  | { readonly kind: 'message'; readonly message: ReceivedMessage }
  /** Junk that names a request. */
  | { readonly kind: 'junk'; readonly id: RpcId }
  | { readonly kind: 'too_large'; readonly id: RpcId | null };

/**
 * Reads the lines that a server writes, and keeps no more than the longest message allowed. One that is longer goes by
 * and is told of with its id: what comes after it is read as usual. Lines that are not messages and name no request,
 * such as a greeting, are left out.
 */
export class MessageReader {
  readonly #longest: number;
  #parts: Uint8Array[] = [];
  #length = 0;
  /** Not null while a line that is too long goes by. */
  #finder: MessageIdFinder | null = null;

  constructor(longest: number) {
    this.#longest = longest;
  }

  /** What a chunk completes. */
  push(chunk: Uint8Array): Reading[] {
    const readings: Reading[] = [];
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      this.#keep(chunk.subarray(start, end));
      readings.push(...this.#endLine());
      start = end + 1;
    }
    this.#keep(chunk.subarray(start));
    return readings;
  }

  #keep(part: Uint8Array): void {
    if (this.#finder === null && this.#length + part.length > this.#longest) {
      this.#finder = new MessageIdFinder();
      for (const kept of this.#parts) this.#finder.push(kept);
      this.#parts = [];
    }
    if (this.#finder !== null) this.#finder.push(part);
    else if (part.length > 0) this.#parts.push(part);
    this.#length += part.length;
  }

  #endLine(): Reading[] {
    const [finder, parts] = [this.#finder, this.#parts];
    [this.#finder, this.#parts, this.#length] = [null, [], 0];
    if (finder !== null) return [{ kind: 'too_large', id: finder.id }];
    return parts.length === 0 ? [] : readLine(Buffer.concat(parts));
  }
}

function readLine(line: Uint8Array): Reading[] {
  try {
    return readMessages(line).map((message) => ({ kind: 'message', message }));
  } catch {
    const finder = new MessageIdFinder();
    finder.push(line);
    return finder.id === null ? [] : [{ kind: 'junk', id: finder.id }];
  }
}
