import { canonicalJson, sha256, WcpError } from '@wcp/spec';
import type { CallOutcome, DeniedOutcome, HeldOutcome } from '../base/call-outcome.ts';
import { plainJson } from '../base/plain-json.ts';
import type { Governor } from '../governor/governor.ts';
import type { AgentTool } from '../tool/agent-tool.ts';
import { BoundedMap } from './bounded-map.ts';
import { type FrameworkCall, StartedCall } from './framework-call.ts';

/** Where the approvals of held calls are kept, so that a later request, or process, resumes them. */
export interface ApprovalStore {
  get(key: string): string | undefined | Promise<string | undefined>;
  set(key: string, approval_id: string): unknown;
  delete(key: string): unknown;
}

/** What a tool says of itself to the Hall beside what its framework knows. */
type ToolDeclaration = Pick<AgentTool, 'blast_radius' | 'envelope'>;

/** How the tools of a framework are put before a Hall. */
export interface GovernOptions {
  /** What each tool may damage, by its name; one that is not named counts as the worst. */
  readonly declare?: Readonly<Record<string, ToolDeclaration>>;
  /** The task that the calls are part of: the Hall adds up the blast of one task (default: each call is its own). */
  readonly correlation_id?: string;
  /** Default: in this process. */
  readonly approvals?: ApprovalStore;
}

/** A tool as its framework defines it. */
export type FrameworkTool = Pick<AgentTool, 'name' | 'description' | 'input_schema'>;

/** What the Hall denies or holds. */
export type Refused = DeniedOutcome | HeldOutcome;

interface Asked {
  readonly started: StartedCall;
  readonly outcome: Promise<CallOutcome>;
}

const MAX_CALLS = 1_024;
const MAX_APPROVALS = 4_096;
const known = new WeakMap<Governor, FrameworkCalls>();

/** The calls of an agent whose framework asks about a call first, and executes it later. */
export class FrameworkCalls {
  readonly #governor: Governor;
  readonly #definitions = new Map<string, string>();
  readonly #asked = new BoundedMap<readonly Asked[]>(MAX_CALLS);
  readonly approvals: ApprovalStore = new BoundedMap<string>(MAX_APPROVALS);

  private constructor(governor: Governor) {
    this.#governor = governor;
  }

  /** Those of a governor: tools may be put before it again for each request. */
  static of(governor: Governor): FrameworkCalls {
    const calls = known.get(governor) ?? new FrameworkCalls(governor);
    known.set(governor, calls);
    return calls;
  }

  /** @throws {WcpError} `ERR_WCP_AGENT` for another tool of the same name */
  declare(tool: FrameworkTool, { declare }: GovernOptions): void {
    const { name } = tool;
    const declared = { ...tool, ...(declare !== undefined && Object.hasOwn(declare, name) && declare[name]) };
    const definition = sha256(canonicalJson(plainJson(declared)));
    const before = this.#definitions.get(name);
    if (before === definition) return;
    if (before !== undefined) {
      throw new WcpError('ERR_WCP_AGENT', `There is another tool ${name} already: give it another name.`);
    }
    this.#governor.govern<unknown, StartedCall>({
      ...declared,
      run(args, { signal, context }) {
        if (context === undefined) throw new Error('This process has not asked for the call.');
        return context.run(args, signal);
      },
    });
    this.#definitions.set(name, definition);
  }

  /**
   * Has the Hall decide: what it denies or holds; null for a call that the framework may execute. What it comes to is kept
   * until then.
   */
  async ask(call: FrameworkCall, approvals: ApprovalStore = this.approvals): Promise<Refused | null> {
    const key = keyOf(call);
    const resumed = await this.#resume(key, call, approvals);
    if (resumed?.kind === 'held') return resumed;
    const asked = resumed === null ? this.#start(call) : settled(resumed);
    const first = await Promise.race([asked.outcome, asked.started.begun.then(() => null)]);
    if (first?.kind === 'held') {
      await this.#hold(key, call, first, asked, approvals);
      return first;
    }
    const dropped = this.#asked.set(key, [...(this.#asked.get(key) ?? []), asked]);
    for (const { started } of dropped ?? []) started.controller.abort();
    return first?.kind === 'denied' ? first : null;
  }

  /** A framework that tells the model of a denial itself never executes the call. */
  drop(call: FrameworkCall): void {
    this.#take(keyOf(call));
  }

  /** What came of a call that the framework executes, whether it has asked before or not. */
  async execute(call: FrameworkCall, approvals: ApprovalStore = this.approvals): Promise<CallOutcome> {
    const key = keyOf(call);
    const resumed = await this.#resume(key, call, approvals);
    if (resumed !== null) return resumed;
    const asked = this.#take(key) ?? this.#start(call);
    asked.started.take(call);
    const outcome = await asked.outcome;
    if (outcome.kind === 'held') await this.#hold(key, call, outcome, asked, approvals);
    return outcome;
  }

  /** The same, and where it is held, it waits for the steward. */
  async executeHeld(
    call: FrameworkCall,
    { approvals = this.approvals, wait_ms }: { approvals?: ApprovalStore | undefined; wait_ms: number },
  ): Promise<CallOutcome> {
    const outcome = await this.execute(call, approvals);
    if (outcome.kind !== 'held') return outcome;
    const key = keyOf(call);
    const resumed = (await this.#resume(key, call, approvals, wait_ms)) ?? outcome;
    if (resumed.kind !== 'held' || call.signal?.aborted !== true) return resumed;
    await approvals.delete(key);
    return this.#governor.withdraw(resumed.approval_id);
  }

  /** Null for a call that was not held. */
  async #resume(
    key: string,
    call: FrameworkCall,
    approvals: ApprovalStore,
    wait_ms = 0,
  ): Promise<CallOutcome | null> {
    const approval_id = await approvals.get(key);
    if (approval_id === undefined) return null;
    const context = new StartedCall();
    context.take(withoutSignal(call));
    const { signal } = call;
    const outcome = await this.#governor.resume(approval_id, { context, signal, wait_ms });
    // While no Hall can be asked, the approval may still come.
    const isKnown = outcome.kind !== 'denied' || outcome.code.startsWith('APPROVAL_');
    if (outcome.kind !== 'held' && isKnown) await approvals.delete(key);
    return outcome;
  }

  /** It runs here as soon as a steward approves it, whether the framework waits or not. */
  async #hold(
    key: string,
    call: FrameworkCall,
    { approval_id }: HeldOutcome,
    { started }: Asked,
    approvals: ApprovalStore,
  ): Promise<void> {
    started.take(withoutSignal(call));
    started.release();
    await approvals.set(key, approval_id);
  }

  #start(call: FrameworkCall): Asked {
    const started = new StartedCall();
    const { signal } = started.controller;
    const { name, args, correlation_id, idempotency_key } = call;
    const options = { signal, context: started, correlation_id, idempotency_key };
    const outcome = this.#governor.call(name, args, options);
    return { started, outcome };
  }

  #take(key: string): Asked | undefined {
    const [first, ...rest] = this.#asked.get(key) ?? [];
    if (rest.length === 0) this.#asked.delete(key);
    else this.#asked.set(key, rest);
    return first;
  }
}

function settled(outcome: CallOutcome): Asked {
  return { started: new StartedCall(), outcome: Promise.resolve(outcome) };
}

/** The request in which a call was held ends before the call runs. */
function withoutSignal(call: FrameworkCall): FrameworkCall {
  const { name, call_id, args } = call;
  return { name, call_id, args, run: (given, signal) => call.run(given, signal) };
}

/** With its arguments: a history that was changed meanwhile names another call. */
function keyOf({ name, call_id, args }: FrameworkCall): string {
  try {
    return sha256(canonicalJson([name, call_id, plainJson(args ?? {})]));
  } catch {
    return sha256(canonicalJson([name, call_id]));
  }
}
