import { readCanonical } from '@wcp/spec/json';
import { PolicyError } from '../base/policy-error.ts';
import type { EngineAnswer } from '../base/policy-source.ts';
import { checkServer, uncheckedOf } from '../server/check-server.ts';
import { PolicyServer } from '../server/policy-server.ts';
import type { ServerOptions } from '../server/server-options.ts';
import { EngineThread, threadProgram } from '../thread/engine-thread.ts';
import { askEach } from './coaz/ask-each.ts';
import { readToolMapping } from './coaz/read-mapping.ts';
import { type AuthzenRequest, MappingError, type ToolCall } from './coaz/tool-call.ts';
import type { MappedCall } from './coaz/write-request.ts';
import type { WrittenRequest } from './coaz-thread.ts';

/** Which decision point authorizes calls of tools, and what it may be told. */
export interface ToolCallOptions extends ServerOptions {
  /** The claim of the token that says on whose behalf the agent acts (default `sub`). */
  readonly subject_claim?: string;
  /**
   * Whether a tool may say who the subject is by something else than that claim (default false: such a call is refused).
   * The server of the tool wrote the mapping: where it may, it can name anybody.
   */
  readonly allows_asserted_subject?: boolean;
  /** Whether the decision point has the endpoint for several evaluations (default true). */
  readonly has_evaluations?: boolean;
  /** Milliseconds for everything that one call takes (default 1,000). */
  readonly timeout_ms?: number;
}

/** Whether a tool may be called. */
export interface ToolCallDecision extends Pick<EngineAnswer, 'decision' | 'reason'> {
  /** What the caller gets instead of a result (JSON-RPC, COAZ-MCP); null where the call is allowed. */
  readonly error: { readonly code: -32602 | -32001 | -32603; readonly message: string } | null;
  /** What was asked; null where no request could be made of the call. */
  readonly request: AuthzenRequest | null;
}

/** Authorizes calls of tools at a decision point. */
export interface ToolCallAuthorizer {
  /** What nobody checked of the decision point, such as that the way to it is not encrypted. */
  readonly unchecked: readonly string[];
  /** Never rejects: whatever fails is a denial. */
  authorize(call: ToolCall): Promise<ToolCallDecision>;
  close(): Promise<void>;
}

/**
 * Asks a policy decision point whether a tool of MCP may be called with these arguments, by the mapping that the tool
 * declares (COAZ-MCP draft 1). It is for gateways and servers of MCP, which have the arguments: the gate of a Hall does
 * not see them. Expressions are evaluated in a thread, which is ended where they have no end.
 *
 * The decision point is not asked beforehand.
 *
 * @throws {PolicyError} with every finding about the options
 * @example
 * import { openToolCallAuthorizer } from '@wcp/policy/authzen';
 *
 * const authorizer = await openToolCallAuthorizer({ url: 'http://127.0.0.1:8080' });
 * const { error } = await authorizer.authorize({
 *   tool: { name: 'get_customer', inputSchema: { type: 'object' } },
 *   params: { name: 'get_customer', arguments: { id: 'cust-12345' } },
 *   token: { sub: 'alice@example.com' },
 * });
 * if (error !== null) console.error(error.code, error.message);
 * await authorizer.close();
 */
export async function openToolCallAuthorizer(options: ToolCallOptions): Promise<ToolCallAuthorizer> {
  const findings = checkServer(options);
  if (findings.length > 0) throw new PolicyError(findings);
  const authorizer = new PdpAuthorizer(options);
  await authorizer.open();
  return authorizer;
}

const PROGRAM = threadProgram(import.meta.url, 'authzen', 'coaz-thread');
const TIMEOUT_MS = 1_000;

class PdpAuthorizer implements ToolCallAuthorizer {
  readonly unchecked: readonly string[];
  readonly #options: ToolCallOptions;
  readonly #thread = new EngineThread(PROGRAM, null);
  readonly #servers: Readonly<Record<AuthzenRequest['api'], PolicyServer>>;

  constructor(options: ToolCallOptions) {
    this.#options = options;
    this.unchecked = uncheckedOf(options);
    this.#servers = {
      evaluation: new PolicyServer(options, '/access/v1/evaluation'),
      evaluations: new PolicyServer(options, '/access/v1/evaluations'),
    };
  }

  /** Starts the thread: no call waits for that. @throws {Error} where it cannot be started */
  open(): Promise<void> {
    return this.#thread.open();
  }

  async authorize(call: ToolCall): Promise<ToolCallDecision> {
    const { timeout_ms = TIMEOUT_MS } = this.#options;
    const signal = AbortSignal.timeout(timeout_ms);
    let request: AuthzenRequest;
    try {
      request = await this.#request(mappedCall(call, this.#options), signal);
    } catch (error) {
      return refused(-32602, error instanceof MappingError ? error.message : UNMAPPED, null);
    }
    try {
      const ask = (api: AuthzenRequest['api'], body: unknown) => this.#servers[api].ask(body, signal);
      return decisionOf(await askEach(request, ask, this.#options.has_evaluations ?? true), request);
    } catch {
      return refused(-32603, UNREACHED, request);
    }
  }

  async close(): Promise<void> {
    for (const server of Object.values(this.#servers)) server.close();
    await this.#thread.close();
  }

  async #request(call: MappedCall, signal: AbortSignal): Promise<AuthzenRequest> {
    const written = (await this.#thread.ask(call, signal)) as WrittenRequest;
    if (!written.ok) throw new MappingError(written.fault);
    const { request } = written;
    if (request.isSubjectAsserted && this.#options.allows_asserted_subject !== true) {
      throw new MappingError('subject.id is not the subject of the token');
    }
    return request;
  }
}

const UNMAPPED = 'the mapping was not evaluated in time';
const UNREACHED = 'The authorization service gave no decision.';

/** @throws {MappingError} for a mapping with findings, and for a call that is no JSON */
function mappedCall(
  { tool, params, token }: ToolCall,
  { subject_claim = 'sub' }: ToolCallOptions,
): MappedCall {
  if (tool.name !== params.name) throw new MappingError('the call names another tool than the mapping is of');
  const reading = readToolMapping(tool.inputSchema);
  if (!reading.ok) {
    const faults = reading.findings.map(({ path, message }) => `${path === '' ? '/' : path}: ${message}`);
    throw new MappingError(faults.join(' ').slice(0, 2_000));
  }
  const { text, findings } = readCanonical({ params, token });
  if (findings.length > 0) throw new MappingError('the call is not JSON, or too large');
  return {
    ...(JSON.parse(text) as Pick<MappedCall, 'params' | 'token'>),
    mapping: reading.mapping,
    subject_claim,
  };
}

/** One denial denies, and one hold holds: every check must be permitted. */
function decisionOf(answers: readonly EngineAnswer[], request: AuthzenRequest): ToolCallDecision {
  const worst =
    answers.find(({ decision }) => decision === 'DENY') ??
    answers.find(({ decision }) => decision !== 'ALLOW');
  if (worst !== undefined) {
    const { decision, reason } = worst;
    return { decision, reason, error: { code: -32001, message: `Access denied: ${reason}` }, request };
  }
  return { decision: 'ALLOW', reason: answers[0]?.reason ?? '', error: null, request };
}

function refused(code: -32602 | -32603, fault: string, request: AuthzenRequest | null): ToolCallDecision {
  const message = code === -32602 ? `COAZ mapping error: ${fault}` : fault;
  return { decision: 'DENY', reason: message, error: { code, message }, request };
}
