/** The coding agents whose hooks are understood. */
export const HOOK_CLIENTS = ['claude-code', 'codex', 'cursor', 'gemini'] as const;

/** One of {@link HOOK_CLIENTS}. */
export type HookClient = (typeof HOOK_CLIENTS)[number];

/** What a hook was told. */
export type HookEvent =
  | { readonly kind: 'before'; readonly call: HookedCall }
  | { readonly kind: 'after'; readonly call: HookedCall; readonly end: HookedEnd };

/** A call of a tool of a coding agent. */
export interface HookedCall {
  readonly session_id: string;
  readonly tool: string;
  readonly input: unknown;
  /** Names the call; null where the agent names none. */
  readonly call_id: string | null;
}

/** How a call ended. */
export interface HookedEnd {
  readonly status: 'ok' | 'error';
  readonly output: unknown;
}

/** How a coding agent speaks with its hooks. */
interface HookFormat {
  readonly before: string;
  readonly after: string;
  /** Told in place of `after` where the tool failed; null where there is no such event. */
  readonly failed: string | null;
  readonly session: string;
  /** The member that names a call; null where there is none. */
  readonly call_id: string | null;
  readonly output: string;
  readonly error: string;
  allow(): object;
  deny(reason: string): object;
}

const preToolUse = (permissionDecision: 'allow' | 'deny', permissionDecisionReason: string) => ({
  hookSpecificOutput: { hookEventName: 'PreToolUse', permissionDecision, permissionDecisionReason },
});

/** What differs between them. None may get a member that it does not know: Codex runs the tool then. */
const FORMATS: Readonly<Record<HookClient, HookFormat>> = {
  'claude-code': {
    before: 'PreToolUse',
    after: 'PostToolUse',
    failed: 'PostToolUseFailure',
    session: 'session_id',
    call_id: 'tool_use_id',
    output: 'tool_response',
    error: 'error',
    allow: () => preToolUse('allow', 'The Hall allowed it.'),
    deny: (reason) => preToolUse('deny', reason),
  },
  codex: {
    before: 'PreToolUse',
    after: 'PostToolUse',
    failed: null,
    session: 'session_id',
    call_id: 'tool_use_id',
    output: 'tool_response',
    error: 'error',
    allow: () => ({}),
    deny: (reason) => preToolUse('deny', reason),
  },
  cursor: {
    before: 'preToolUse',
    after: 'postToolUse',
    failed: 'postToolUseFailure',
    session: 'conversation_id',
    call_id: 'tool_use_id',
    output: 'tool_output',
    error: 'error_message',
    allow: () => ({ permission: 'allow' }),
    deny: (reason) => ({ permission: 'deny', user_message: reason, agent_message: reason }),
  },
  gemini: {
    before: 'BeforeTool',
    after: 'AfterTool',
    failed: null,
    session: 'session_id',
    call_id: null,
    output: 'tool_response',
    error: 'error',
    allow: () => ({ decision: 'allow' }),
    deny: (reason) => ({ decision: 'deny', reason }),
  },
};

const MAX_NAME = 512;

/** What a hook was told; null for what is not understood. */
export function readHookEvent(client: HookClient, told: unknown): HookEvent | null {
  const format = FORMATS[client];
  const event = textOf(told, 'hook_event_name');
  const call = readCall(format, told);
  if (call === null) return null;
  if (event === format.before) return { kind: 'before', call };
  if (event !== format.after && event !== format.failed) return null;
  const isFailed = event === format.failed;
  const output = ownMember(told, isFailed ? format.error : format.output) ?? null;
  const hasFailed = isFailed || (ownMember(output, 'error') ?? null) !== null;
  return { kind: 'after', call, end: { status: hasFailed ? 'error' : 'ok', output } };
}

function readCall(format: HookFormat, told: unknown): HookedCall | null {
  const session_id = textOf(told, format.session);
  const tool = textOf(told, 'tool_name');
  const call_id = format.call_id === null ? null : textOf(told, format.call_id);
  const input = ownMember(told, 'tool_input');
  const isNamed = format.call_id === null || call_id !== null;
  if (session_id === null || tool === null || !isNamed || input === undefined) return null;
  return { session_id, tool, input, call_id };
}

/** The answer that lets a tool run. */
export function allowAnswer(client: HookClient): string {
  return JSON.stringify(FORMATS[client].allow());
}

/** The answer that keeps it from running, with the reason for the model. */
export function denyAnswer(client: HookClient, reason: string): string {
  return JSON.stringify(FORMATS[client].deny(reason));
}

/** The events that a client must be set up to tell. */
export function hookEvents(client: HookClient): readonly string[] {
  const { before, after, failed } = FORMATS[client];
  return failed === null ? [before, after] : [before, after, failed];
}

function ownMember(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}

function textOf(value: unknown, name: string): string | null {
  const text = ownMember(value, name);
  return typeof text === 'string' && text !== '' && text.length <= MAX_NAME ? text : null;
}
