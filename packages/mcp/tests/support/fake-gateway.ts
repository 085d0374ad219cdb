import { setTimeout as sleep } from 'node:timers/promises';
import type {
  Caller,
  CallOutcome,
  Gateway,
  GatewayCall,
  ListKind,
  ToolCall,
} from '../../src/base/gateway.ts';
import { approvedOutcome } from '../../src/hold/approved-outcome.ts';
import { refused, refusedState } from '../../src/hold/refusal.ts';
import { argumentsDigest, createRequestStates } from '../../src/hold/request-state.ts';

export const ACME: Caller = { tenant_id: 'acme', credential: 'wcp_acme', key_id: 'key:acme' };
export const OTHER: Caller = { tenant_id: 'other', credential: 'wcp_other', key_id: 'key:other' };

type State = 'pending' | 'approved' | 'denied' | 'expired' | 'stale';

interface FakeApproval {
  state: State;
  readonly given: unknown;
  readonly expires_at: string;
  result: unknown;
}

/** What outlives a gateway: the approvals of a Hall, and what the held tool wrote. */
export class FakeHall {
  readonly approvals = new Map<string, FakeApproval>();
  /** The arguments of each run of the held tool. */
  readonly written: unknown[] = [];
  readonly key = new Uint8Array(32).fill(7);
  ttl_ms = 60_000;

  hold(given: unknown): string {
    const id = `approval-${this.approvals.size + 1}`;
    const expires_at = new Date(Date.now() + this.ttl_ms).toISOString();
    this.approvals.set(id, { state: 'pending', given, expires_at, result: null });
    return id;
  }

  /** What a steward does; an approved call runs here, once. */
  resolve(id: string, state: Exclude<State, 'pending'>): void {
    const approval = this.approvals.get(id);
    if (approval?.state !== 'pending') throw new Error(`${id} is not pending`);
    approval.state = state;
    if (state !== 'approved') return;
    this.written.push(approval.given);
    approval.result = { content: [{ type: 'text', text: `written ${this.written.length}` }] };
  }

  /** Waits for a hold, then resolves it. */
  async resolveNext(state: Exclude<State, 'pending'>): Promise<string> {
    for (;;) {
      const [id] = [...this.approvals].find(([, approval]) => approval.state === 'pending') ?? [];
      if (id !== undefined) {
        this.resolve(id, state);
        return id;
      }
      await sleep(5);
    }
  }
}

/** A result with members that no revision knows. */
export const RICH_RESULT = {
  content: [
    { type: 'text', text: 'line\u2028separator \u0000', 'x-unknown': { deep: [1, null] } },
    { type: 'image', data: 'AAECAw==', mimeType: 'image/png' },
  ],
  structuredContent: { a: [1, 2, { b: 'ü' }] },
  'x-extension': { kept: true },
};

export const TOOLS = [
  {
    name: 'echo',
    description: 'Gives its arguments back',
    inputSchema: {
      type: 'object',
      properties: { region: { type: 'string', 'x-mcp-header': 'Region' }, count: { type: 'integer' } },
    },
    'x-unknown': { kept: [true] },
  },
  { name: 'rich', inputSchema: { type: 'object' }, annotations: { readOnlyHint: true } },
  { name: 'slow', inputSchema: { type: 'object' } },
  { name: 'long', inputSchema: { type: 'object' } },
  { name: 'needing', inputSchema: { type: 'object' } },
  { name: 'denied', inputSchema: { type: 'object' } },
  { name: 'write', inputSchema: { type: 'object' } },
  { name: 'asking', inputSchema: { type: 'object' } },
  { name: 'broken', inputSchema: { type: 'object' } },
];

/** A gateway without servers behind it, and with a Hall that a test plays. */
export class FakeGateway implements Gateway {
  readonly server = { name: 'wcp-test', version: '1.2.3' };
  readonly capabilities: NonNullable<Gateway['capabilities']>;
  readonly hall: FakeHall;
  /** The calls as they came. */
  readonly calls: { readonly caller: Caller; readonly params: ToolCall; readonly call: GatewayCall }[] = [];
  readonly requests: { readonly method: string; readonly params: unknown }[] = [];
  /** The signals of slow calls that were aborted. */
  cancelled = 0;
  readonly #listeners = new Set<(kind: ListKind) => void>();
  readonly #resourceListeners = new Set<(params: unknown) => void>();

  constructor(
    hall: FakeHall = new FakeHall(),
    capabilities: NonNullable<Gateway['capabilities']> = {
      resources: { subscribe: true, listChanged: true },
      logging: {},
    },
  ) {
    this.hall = hall;
    this.capabilities = capabilities;
  }

  get listeners(): number {
    return this.#listeners.size + this.#resourceListeners.size;
  }

  changeList(kind: ListKind): void {
    for (const listen of this.#listeners) listen(kind);
  }

  changeResource(uri: string): void {
    for (const listen of this.#resourceListeners) listen({ uri });
  }

  listTools(): Promise<readonly unknown[]> {
    return Promise.resolve(TOOLS);
  }

  callTool(caller: Caller, params: ToolCall, call: GatewayCall): Promise<CallOutcome> {
    this.calls.push({ caller, params, call });
    const run = RUNS[params.name];
    if (run !== undefined) return run(this, caller, params, call);
    return Promise.resolve({ kind: 'error', code: -32602, message: 'Unknown tool' });
  }

  request(caller: Caller, method: string, params: unknown, call: GatewayCall): Promise<CallOutcome> {
    this.requests.push({ method, params });
    const uri = (params as { readonly uri?: unknown }).uri;
    if (uri === 'deny:it') {
      const refusal = { code: 'DENY_NO_MATCHING_RULE', message: 'No rule allows this.', remedy: 'Ask.' };
      return Promise.resolve(refused(refusal));
    }
    if (uri === 'hold:it') return hold(this, caller, { name: 'write', arguments: params }, call);
    if (method === 'resources/list') {
      return Promise.resolve({
        kind: 'result',
        result: { resources: [], cacheScope: 'public', ttlMs: 7, x: 1 },
      });
    }
    if (method === 'resources/read')
      return Promise.resolve({ kind: 'error', code: -32002, message: 'not found' });
    return Promise.resolve({ kind: 'result', result: {} });
  }

  onListChanged(listen: (kind: ListKind) => void): () => void {
    this.#listeners.add(listen);
    return () => this.#listeners.delete(listen);
  }

  onResourceUpdated(listen: (params: unknown) => void): () => void {
    this.#resourceListeners.add(listen);
    return () => this.#resourceListeners.delete(listen);
  }
}

type Run = (
  gateway: FakeGateway,
  caller: Caller,
  params: ToolCall,
  call: GatewayCall,
) => Promise<CallOutcome>;

const hold: Run = async ({ hall }, { tenant_id }, { arguments: given }, { request_state }) => {
  const states = createRequestStates({ key: hall.key });
  const call = { tenant_id, subject: 'write', arguments_digest: argumentsDigest(given) };
  if (request_state !== undefined) {
    const reading = states.open(request_state, call);
    if (!reading.ok) return refusedState(reading.fault);
    return heldOutcome(hall, reading.held.approval_id, request_state);
  }
  const approval_id = hall.hold(given);
  const { expires_at } = hall.approvals.get(approval_id) as FakeApproval;
  return heldOutcome(hall, approval_id, states.seal({ ...call, approval_id, expires_at }));
};

const RUNS: Readonly<Record<string, Run>> = {
  async echo(_, __, { arguments: given, _meta }) {
    return result({ content: [{ type: 'text', text: JSON.stringify({ given, _meta }) }] });
  },
  async rich() {
    return result({
      ...RICH_RESULT,
      _meta: { 'io.modelcontextprotocol/serverInfo': { name: 'upstream' }, own: 1 },
    });
  },
  async slow(gateway, _, __, { signal, onProgress, onLog }) {
    onProgress?.({ progressToken: 'upstream-token', progress: 1, total: 2, message: 'half', 'x-kept': true });
    onLog?.({ level: 'debug', data: 'detail' });
    onLog?.({ level: 'error', data: 'trouble' });
    await sleep(10_000, undefined, { signal }).catch((error: unknown) => {
      gateway.cancelled += 1;
      throw error;
    });
    return result({ content: [] });
  },
  async long(_, __, { arguments: given }, { onProgress }) {
    onProgress?.({ progress: 1 });
    const { length } = given as { readonly length: number };
    return result({ content: [{ type: 'text', text: 'x'.repeat(length) }] });
  },
  async needing(_, __, { arguments: given }, { input_responses, request_state }) {
    if (input_responses !== undefined) {
      return result({
        content: [{ type: 'text', text: JSON.stringify({ input_responses, request_state }) }],
      });
    }
    return result({ resultType: 'input_required', inputRequests: { a: given }, requestState: 'theirs' });
  },
  async denied() {
    return refused({
      code: 'DENY_NO_MATCHING_RULE',
      message: 'No rule allows this.',
      remedy: 'Ask the operator.',
    });
  },
  async asking(_, __, { arguments: given }, { ask, signal }) {
    const { method } = given as { readonly method: string };
    const answer = await ask?.(method, { messages: [] }, signal);
    return result({ content: [{ type: 'text', text: JSON.stringify(answer ?? null) }] });
  },
  async broken() {
    throw new Error('secret path /root/.key');
  },
  write: hold,
};

async function heldOutcome(hall: FakeHall, approval_id: string, request_state: string): Promise<CallOutcome> {
  const { state, expires_at, result: stored } = hall.approvals.get(approval_id) as FakeApproval;
  const ended = await approvedOutcome({ approval_id, state }, async () => result(stored));
  if (ended !== null) return ended;
  const url = `http://127.0.0.1:7420/approvals/${approval_id}`;
  return {
    kind: 'held',
    approval_id,
    url,
    expires_at,
    message: 'A steward must see this first.',
    request_state,
  };
}

function result(raw: unknown): CallOutcome {
  return { kind: 'result', result: raw };
}
