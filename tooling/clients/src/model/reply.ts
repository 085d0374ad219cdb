/** What a model says: words, or that it wants a tool. */
export type Reply =
  | { readonly text: string }
  | { readonly tool: string; readonly input: Readonly<Record<string, unknown>> };

const USAGE = { input_tokens: 1, output_tokens: 1 };
let lastId = 0;

/** A reply as the events of a stream of the Messages API. */
export function replyEvents(reply: Reply, model: string): string[] {
  const isTool = 'tool' in reply;
  const delta = isTool
    ? { type: 'input_json_delta', partial_json: JSON.stringify(reply.input) }
    : { type: 'text_delta', text: reply.text };
  const message = { ...envelope(model), content: [], stop_reason: null };
  return [
    event('message_start', { message }),
    event('content_block_start', { index: 0, content_block: emptyBlock(reply) }),
    event('content_block_delta', { index: 0, delta }),
    event('content_block_stop', { index: 0 }),
    event('message_delta', { delta: { stop_reason: stopReason(reply), stop_sequence: null }, usage: USAGE }),
    event('message_stop', {}),
  ];
}

/** The same at once. */
export function wholeReply(reply: Reply, model: string): object {
  const filled = 'tool' in reply ? { input: reply.input } : { text: reply.text };
  const content = [{ ...emptyBlock(reply), ...filled }];
  return { ...envelope(model), content, stop_reason: stopReason(reply) };
}

function envelope(model: string) {
  return { id: newId('msg'), type: 'message', role: 'assistant', model, stop_sequence: null, usage: USAGE };
}

function emptyBlock(reply: Reply): object {
  if ('tool' in reply) return { type: 'tool_use', id: newId('toolu'), name: reply.tool, input: {} };
  return { type: 'text', text: '' };
}

function stopReason(reply: Reply): string {
  return 'tool' in reply ? 'tool_use' : 'end_turn';
}

function event(type: string, data: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`;
}

function newId(kind: string): string {
  lastId += 1;
  return `${kind}_${String(lastId).padStart(4, '0')}`;
}
