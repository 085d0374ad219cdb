import { MockLanguageModelV4, simulateReadableStream } from 'ai/test';

type StreamPart =
  Awaited<ReturnType<MockLanguageModelV4['doStream']>>['stream'] extends ReadableStream<infer Part>
    ? Part
    : never;
/** A call that the model wants. */
export type Call = readonly [name: string, args: object];
interface Reply {
  readonly content: (
    | { readonly type: 'text'; readonly text: string }
    | {
        readonly type: 'tool-call';
        readonly toolCallId: string;
        readonly toolName: string;
        readonly input: string;
      }
  )[];
  readonly finishReason: ReturnType<typeof finish>;
}
let last = 0;
const USAGE = {
  inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 1, text: 1, reasoning: 0 },
};
const finish = (unified: 'tool-calls' | 'stop') => ({ unified, raw: undefined });

/** A model that makes these calls at once, and then repeats what it was told of them. */
export function scripted(...calls: readonly Call[]) {
  let said = false;
  const next = (prompt: readonly { readonly role: string; readonly content: unknown }[]): Reply => {
    const results = prompt.flatMap(({ role, content }) => (role === 'tool' ? (content as object[]) : []));
    if (said || results.length > 0) {
      const text = JSON.stringify(results.map((each) => (each as { output?: unknown }).output));
      return { content: [{ type: 'text' as const, text }], finishReason: finish('stop') };
    }
    said = true;
    const content = calls.map(([toolName, args]) => {
      last += 1;
      return {
        type: 'tool-call' as const,
        toolCallId: `call-${last}`,
        toolName,
        input: JSON.stringify(args),
      };
    });
    return { content, finishReason: finish('tool-calls') };
  };
  return new MockLanguageModelV4({
    doGenerate: async ({ prompt }) => ({ ...next(prompt), usage: USAGE, warnings: [] }),
    async doStream({ prompt }) {
      const { content, finishReason } = next(prompt);
      const parts = content.flatMap((part): StreamPart[] =>
        part.type === 'tool-call'
          ? [part]
          : [
              { type: 'text-start', id: '1' },
              { type: 'text-delta', id: '1', delta: part.text },
              { type: 'text-end', id: '1' },
            ],
      );
      const chunks: StreamPart[] = [
        { type: 'stream-start', warnings: [] },
        ...parts,
        { type: 'finish', finishReason, usage: USAGE },
      ];
      return { stream: simulateReadableStream({ chunks }) };
    },
  });
}
