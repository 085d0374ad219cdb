/** What a model says: words, or that it wants a tool. */
export type Reply = Block | { readonly all: readonly Block[] };

type Block =
  | { readonly text: string }
  | { readonly tool: string; readonly input: Readonly<Record<string, unknown>> };

const USAGE = { input_tokens: 1, output_tokens: 1 };
let lastId = 0;

/** A reply as the events of a stream of the Messages API. */
export function replyEvents(reply: Reply, model: string): string[] {
  const message = { ...envelope(model), content: [], stop_reason: null };
  return [
    event('message_start', { message }),
    ...blocksOf(reply).flatMap(blockEvents),
    event('message_delta', { delta: { stop_reason: stopReason(reply), stop_sequence: null }, usage: USAGE }),
    event('message_stop', {}),
  ];
}

function blockEvents(block: Block, index: number): string[] {
  const delta =
    'tool' in block
      ? { type: 'input_json_delta', partial_json: JSON.stringify(block.input) }
      : { type: 'text_delta', text: block.text };
  return [
    event('content_block_start', { index, content_block: emptyBlock(block) }),
    event('content_block_delta', { index, delta }),
    event('content_block_stop', { index }),
  ];
}

function blocksOf(reply: Reply): readonly Block[] {
  return 'all' in reply ? reply.all : [reply];
}

/** The same at once. */
export function wholeReply(reply: Reply, model: string): object {
  const content = blocksOf(reply).map((block) => ({
    ...emptyBlock(block),
    ...('tool' in block ? { input: block.input } : { text: block.text }),
  }));
  return { ...envelope(model), content, stop_reason: stopReason(reply) };
}

function envelope(model: string) {
  return { id: newId('msg'), type: 'message', role: 'assistant', model, stop_sequence: null, usage: USAGE };
}

function emptyBlock(block: Block): object {
  if ('tool' in block) return { type: 'tool_use', id: newId('toolu'), name: block.tool, input: {} };
  return { type: 'text', text: '' };
}

function stopReason(reply: Reply): string {
  return blocksOf(reply).some((block) => 'tool' in block) ? 'tool_use' : 'end_turn';
}

function event(type: string, data: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`;
}

function newId(kind: string): string {
  lastId += 1;
  return `${kind}_${String(lastId).padStart(4, '0')}`;
}
