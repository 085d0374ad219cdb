/** How a call of a function tool is told to it. */
export interface CallDetails {
  readonly toolCall?: { readonly callId: string };
  readonly signal?: AbortSignal | undefined;
}

/** What a guardrail of a tool is asked about. */
export interface GuardedCall {
  readonly context: object;
  readonly agent: object;
  readonly toolCall: GuardedToolCall;
}

interface GuardedToolCall {
  readonly type: 'function_call';
  readonly callId: string;
  readonly name: string;
  readonly arguments: string;
}

/** What a guardrail says of a call: only `allow` lets it go on. */
export interface GuardrailSays {
  readonly behavior: { readonly type: string };
}

/** A guardrail before the calls of a tool. */
export interface ToolGuardrail {
  readonly name: string;
  run(call: GuardedCall): Promise<GuardrailSays>;
}

/** A function tool of the Agents SDK, as far as it is looked at. */
export interface OpenAiTool {
  readonly type: 'function';
  readonly name: string;
  readonly description?: string;
  readonly parameters?: object;
  readonly inputGuardrails?: readonly ToolGuardrail[] | undefined;
  invoke(runContext: unknown, input: string, details?: CallDetails): Promise<unknown>;
  needsApproval(runContext: unknown, input: unknown, callId?: string): Promise<boolean>;
  isEnabled(runContext: unknown, agent: unknown): Promise<boolean>;
}
