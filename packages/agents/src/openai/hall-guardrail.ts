import { canonicalJson, sha256 } from '@wcp/spec';
import { plainJson } from '../base/plain-json.ts';
import { refusalText } from '../base/refusal-text.ts';
import { FrameworkCalls, type GovernOptions } from '../framework/framework-calls.ts';
import type { Governor } from '../governor/governor.ts';

/** How a Hall stands before the input of an agent. */
export interface HallGuardrailOptions extends GovernOptions {
  /** The name under which rules know it (default `input`). */
  readonly name?: string;
}

/** What an agent is given. */
interface AgentInput {
  readonly agent: { readonly name: string };
  readonly input: unknown;
}

/** Why an agent does not begin; null where it does. */
export type HallGuardrailInfo = {
  readonly kind: 'denied' | 'held' | 'failed';
  /** For the model or the user: code, sentence and remedy. */
  readonly message: string;
  readonly approval_id: string | null;
} | null;

/** An input guardrail of the Agents SDK. */
export interface HallGuardrail {
  readonly name: string;
  readonly runInParallel: false;
  execute(asked: AgentInput): Promise<{ tripwireTriggered: boolean; outputInfo: HallGuardrailInfo }>;
}

/**
 * An input guardrail by which the Hall decides whether an agent of the OpenAI Agents SDK begins: it is asked about the
 * name of the agent and its input. What it denies or holds, or cannot be asked about, trips the wire before the model
 * hears anything. After the steward's approval the app runs the agent again with the same input.
 *
 * @example
 * import { openGovernor } from '@wcp/agents';
 * import { hallGuardrail } from '@wcp/agents/openai';
 *
 * const hall = { url: 'http://127.0.0.1:7420', key: 'wcp_…', worker_key: 'wcp_…' };
 * const governor = await openGovernor({ hall, authority: 'x.acme', agent: 'helper', tenant_id: 'acme' });
 * const guardrail = hallGuardrail(governor); // new Agent({ name, tools, inputGuardrails: [guardrail] })
 * console.log(guardrail.name); // input
 */
export function hallGuardrail(governor: Governor, options: HallGuardrailOptions = {}): HallGuardrail {
  const { name = 'input', approvals, correlation_id } = options;
  const calls = FrameworkCalls.of(governor);
  const input_schema = { type: 'object', properties: { agent: { type: 'string' }, input: {} } };
  calls.declare({ name, description: 'Lets an agent begin with an input.', input_schema }, options);
  return {
    name,
    runInParallel: false,
    async execute({ agent, input }) {
      const args = { agent: agent.name, input };
      // The same input is the same question: a steward answers it once.
      const call = { name, call_id: callIdOf(args), args, correlation_id, run: () => null };
      const outcome = await calls.execute(call, approvals);
      if (outcome.kind === 'result') return { tripwireTriggered: false, outputInfo: null };
      const approval_id = outcome.kind === 'held' ? outcome.approval_id : null;
      const outputInfo = { kind: outcome.kind, message: refusalText(outcome), approval_id };
      return { tripwireTriggered: true, outputInfo };
    },
  };
}

function callIdOf(args: object): string {
  try {
    return sha256(canonicalJson(plainJson(args)));
  } catch {
    return 'not JSON';
  }
}
