/** One message of a stream of server-sent events. */
export interface StreamMessage {
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
 * Reads server-sent events (HTML Living Standard, section 9.2) as far as a Hall uses them: `id`, `data` and
 * `retry`. A message that the stream breaks off in is dropped.
 *
 * @throws {MessageTooLarge}
 */
export async function* readEventStream(
  chunks: AsyncIterable<string>,
  max_length: number,
): AsyncGenerator<StreamMessage> {
  let rest = '';
  for await (const chunk of chunks) {
    rest += chunk;
    const blocks = rest.split(/\r\n\r\n|\n\n|\r\r/);
    rest = blocks.pop() ?? '';
    for (const block of blocks) yield readMessage(block);
    if (rest.length > max_length) throw new MessageTooLarge();
  }
}

function readMessage(block: string): StreamMessage {
  const fields = block.split(/\r\n|\n|\r/).map(readField);
  const valuesOf = (wanted: string) => fields.flatMap(([name, value]) => (name === wanted ? [value] : []));
  const data = valuesOf('data');
  const retry = valuesOf('retry').at(-1) ?? '';
  return {
    id: valuesOf('id').at(-1) ?? null,
    data: data.length === 0 ? null : data.join('\n'),
    retry_ms: /^\d{1,6}$/.test(retry) ? Number(retry) : null,
  };
}

function readField(line: string): readonly [name: string, value: string] {
  const [, name = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
  return [name, value];
}
