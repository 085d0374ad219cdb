/** One message of a stream of server-sent events. */
export interface StreamMessage {
  /** Its event; null where it has no name. */
  readonly name: string | null;
  /** The id of the message; null where it has none. */
  readonly id: string | null;
  /** Null where it carries no data. */
  readonly data: string | null;
  /** How long to wait before connecting again, in milliseconds; null where the server does not say. */
  readonly retry_ms: number | null;
}

/** A message beyond the limit: the server is not a Hall. */
export class MessageTooLarge extends Error {}

/**
 * Reads server-sent events (HTML Living Standard, section 9.2) as far as a Hall uses them: `event`, `id`, `data` and
 * `retry`. A message that the stream breaks off in is dropped.
 *
 * @throws {MessageTooLarge}
 */
export async function* readEventStream(
  chunks: AsyncIterable<string>,
  max_length: number,
): AsyncGenerator<StreamMessage> {
  const blocks = new BlockReader();
  for await (const chunk of chunks) {
    for (const block of blocks.push(chunk)) yield readMessage(block);
    if (blocks.length > max_length) throw new MessageTooLarge();
  }
}

const BLANK_LINE = /\r\n\r\n|\n\n|\r\r/;
/** Characters of a blank line that may have come before a part. */
const LONGEST_END = 3;

/** What is between blank lines. A message may come in thousands of parts: each is looked at once. */
class BlockReader {
  /** Of what has not ended yet. */
  length = 0;
  #parts: string[] = [];
  #tail = '';

  /** The blocks that end in this part. */
  push(part: string): string[] {
    this.#parts.push(part);
    this.length += part.length;
    this.#tail += part;
    const blocks = BLANK_LINE.test(this.#tail) ? this.#end() : [];
    this.#tail = this.#tail.slice(-LONGEST_END);
    return blocks;
  }

  #end(): string[] {
    const blocks = this.#parts.join('').split(BLANK_LINE);
    this.#tail = blocks.pop() ?? '';
    this.#parts = [this.#tail];
    this.length = this.#tail.length;
    return blocks;
  }
}

function readMessage(block: string): StreamMessage {
  const fields = block.split(/\r\n|\n|\r/).map(readField);
  const valuesOf = (wanted: string) => fields.flatMap(([name, value]) => (name === wanted ? [value] : []));
  const data = valuesOf('data');
  const retry = valuesOf('retry').at(-1) ?? '';
  return {
    name: valuesOf('event').at(-1) ?? null,
    id: valuesOf('id').at(-1) ?? null,
    data: data.length === 0 ? null : data.join('\n'),
    retry_ms: /^\d{1,6}$/.test(retry) ? Number(retry) : null,
  };
}

function readField(line: string): readonly [name: string, value: string] {
  const [, name = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
  return [name, value];
}
