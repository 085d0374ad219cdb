/** A block of a message, as far as it is looked at. */
interface Block {
  readonly type: string;
  readonly text?: string;
  readonly content?: string | readonly Block[];
  readonly is_error?: boolean;
}

/** What a client sent to the model. */
export interface ModelRequest {
  readonly stream?: boolean;
  readonly model?: string;
  readonly tools?: readonly { readonly name: string }[];
  readonly messages: readonly { readonly content: string | readonly Block[] }[];
}

/** The result of a tool as the model reads it. */
export interface ToolResult {
  readonly text: string;
  readonly isError: boolean;
}

/** The results of tools that a request holds, oldest first. */
export function toolResults({ messages }: ModelRequest): ToolResult[] {
  return messages
    .flatMap(({ content }) => (typeof content === 'string' ? [] : content))
    .filter(({ type }) => type === 'tool_result')
    .map(({ content, is_error }) => ({ text: textOf(content), isError: is_error === true }));
}

function textOf(content: Block['content']): string {
  if (content === undefined || typeof content === 'string') return content ?? '';
  return content.map(({ text }) => text ?? '').join('\n');
}
