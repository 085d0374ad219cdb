import { canonicalJson } from '@wcp/spec';
import { BoundedMap } from '../framework/bounded-map.ts';
import type { GuardedCall, GuardrailSays, OpenAiTool, ToolGuardrail } from './openai-tool.ts';

const MAX_CALLS = 1_024;

/** A call that guardrails are asked about before the Hall is. */
interface AskedCall {
  readonly runContext: object;
  /** The agent that makes it; undefined where it makes it outside of a run. */
  readonly agent: object | undefined;
  readonly input: unknown;
  readonly callId: string;
}

/**
 * The guardrails of a tool: they come before the Hall, because what a steward approves runs at once. Each is asked once
 * about a call, and its answer holds when the SDK asks for it later.
 */
export class ToolGuardrails {
  /** As the SDK is given them. */
  readonly remembered: readonly ToolGuardrail[] | undefined;
  readonly #name: string;
  /** By the run, whose context is one object. */
  readonly #answers = new WeakMap<object, BoundedMap<Promise<GuardrailSays>>>();

  constructor({ name, inputGuardrails }: OpenAiTool) {
    this.#name = name;
    this.remembered = inputGuardrails?.map((own, at) => ({
      ...own,
      run: (call: GuardedCall) => this.#once(at, call, () => own.run(call)),
    }));
  }

  /** Whether all of them let a call go on; false where one throws. */
  async allow({ runContext, agent, input, callId }: AskedCall): Promise<boolean> {
    const { remembered = [] } = this;
    if (remembered.length === 0) return true;
    if (agent === undefined) return false;
    const args = JSON.stringify(input) ?? '';
    const toolCall = { type: 'function_call' as const, callId, name: this.#name, arguments: args };
    for (const guardrail of remembered) {
      const said = await guardrail.run({ context: runContext, agent, toolCall }).catch(() => null);
      if (said?.behavior.type !== 'allow') return false;
    }
    return true;
  }

  /** About the same call with the same arguments. */
  #once(at: number, call: GuardedCall, ask: () => Promise<GuardrailSays>): Promise<GuardrailSays> {
    const { context, toolCall } = call;
    const answers = this.#answers.get(context) ?? new BoundedMap(MAX_CALLS);
    this.#answers.set(context, answers);
    const key = JSON.stringify([at, toolCall.callId, canonicalArguments(toolCall.arguments)]);
    const answer = answers.get(key) ?? ask();
    answers.set(key, answer);
    return answer;
  }
}

/** The SDK tells the text of the model; the values are the same. */
function canonicalArguments(text: string): string {
  try {
    return canonicalJson(JSON.parse(text));
  } catch {
    return text;
  }
}
