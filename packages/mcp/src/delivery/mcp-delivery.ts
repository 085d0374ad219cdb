import {
  type Containment,
  DELIVERY_CODES,
  type Delivered,
  type Delivery,
  type DeliveryCall,
  type DeliveryCode,
} from '@wcp/hall';
import type { RegistryRecord, Sha256 } from '@wcp/spec';
import { declaredBlast, type Enforcement } from '@wcp/spec/document';
import { normaliseHash } from '@wcp/spec/json';
import { DECLARED_ENFORCEMENT } from '../upstream/declared-enforcement.ts';
import { UpstreamError, upstreamError } from '../upstream/upstream-error.ts';
import { withinCall } from '../upstream/within-call.ts';
import { isTaskAlone } from './augmented-call.ts';
import type { CallLinks, LinkedClient } from './call-links.ts';
import { boundedEnd, type CallEnd, endOfError } from './call-result.ts';
import { callTool, type TaskUse } from './call-tool.ts';
import { type ClientRequests, NO_CLIENT_REQUESTS } from './client-requests.ts';
import { reachedClient } from './linked-client.ts';
import type { DefinitionList, ToolDefinitions } from './tool-definitions.ts';
import { type ToolParams, toolParams } from './tool-request.ts';

/** What of an enrolment says which tool it is. */
export interface EnrolledTool {
  /** What the tool is attested with; null for nothing. */
  readonly code_hash: unknown;
  /** Which enrolment of it: a steward who enrols the same again has looked at it again. */
  readonly version: number;
}

/** How calls of one tool reach its server. */
export interface McpDeliveryOptions {
  readonly record: RegistryRecord;
  /** The tool's name at its server. */
  readonly name: string;
  /** What the server says of its tools; shared by all of them. */
  readonly definitions: ToolDefinitions;
  /** What is enrolled now; null for nothing (default: the record, once). */
  readonly enrolled?: () => EnrolledTool | null;
  /** How old a definition may be before a call, in milliseconds (default 30,000). */
  readonly max_age_ms?: number;
  /** Above this blast score the definition is looked at before each call (default 9). */
  readonly fresh_above?: number;
  /** What connects clients with their calls. */
  readonly links?: CallLinks;
  /** What the server may ask the client of a call for (default: nothing). */
  readonly client_requests?: ClientRequests;
  /** Whether its server may answer with tasks, to clients that take them (default: no). */
  readonly passes_tasks?: boolean;
  /** The longest result, in bytes of JSON (default: what the server may send at all). */
  readonly answer_bytes?: number;
}

/**
 * Delivers calls of one tool to its MCP server. What the Hall observes is the hash of the definition as the server says
 * it now. A tool that was once seen to be another than the enrolled one stays that, whatever its server says later,
 * until it is enrolled again; its calls are refused here as well.
 *
 * @example
 * import { mcpDelivery, openUpstream, ToolDefinitions } from '@wcp/mcp';
 * import { createHall } from '@wcp/hall';
 * import type { RegistryRecord } from '@wcp/spec';
 *
 * declare const record: RegistryRecord; // of toolRecord
 * const upstream = await openUpstream({ alias: 'files', command: 'mcp-server-files', args: ['/srv'] });
 * const definitions = new ToolDefinitions(upstream);
 * const delivery = mcpDelivery({ record, name: 'read_file', definitions });
 * const hall = await createHall({ workers: [{ delivery }] });
 */
export function mcpDelivery(options: McpDeliveryOptions): Delivery {
  return new McpDelivery(options);
}

const USUAL_AGE_MS = 30_000;
const USUAL_FRESH_ABOVE = 9;

class McpDelivery implements Delivery {
  readonly record: RegistryRecord;
  readonly #options: McpDeliveryOptions;
  readonly #maxAgeMs: number;
  readonly #requests: ClientRequests;
  readonly #closing = new AbortController();
  readonly #endListening: () => void;
  /** The tool as it was when it was another than the enrolled one, and which enrolment that was. */
  #changed: { readonly hash: Sha256; readonly version: number } | null = null;

  /** As the server says it now. */
  #isTaskAlone = false;

  constructor(options: McpDeliveryOptions) {
    const { record, max_age_ms = USUAL_AGE_MS, fresh_above = USUAL_FRESH_ABOVE } = options;
    this.record = record;
    this.#options = options;
    this.#maxAgeMs = declaredBlast(record.blast_radius) > fresh_above ? 0 : max_age_ms;
    this.#requests = options.client_requests ?? NO_CLIENT_REQUESTS;
    // Whoever asked for a list: a change that it shows was there.
    this.#endListening = options.definitions.onListed((list) => void this.#noteChange(list));
  }

  containment(): Containment {
    const enforcement = this.#enforcement();
    const isContained = enforcement.filesystem_writes?.level === 'enforced';
    return { state: isContained ? 'contained' : 'declared', enforcement, message: null };
  }

  /** @throws {UpstreamError} for a tool that its server no longer lists, or lists twice: then it takes no calls */
  observe(): Promise<Sha256> {
    return this.#observe(this.#maxAgeMs);
  }

  async deliver(call: DeliveryCall): Promise<Delivered> {
    const began = performance.now();
    const end = await this.#deliver(call);
    return { ...end, duration_ms: Math.max(0, Math.round(performance.now() - began)) };
  }

  /** Ends its calls; the server goes on, because other tools are its as well. */
  async close(): Promise<void> {
    this.#endListening();
    this.#closing.abort();
  }

  async #deliver(call: DeliveryCall): Promise<CallEnd> {
    const began = performance.now();
    const refusal = await this.#refusal(call);
    if (refusal !== null) return endOfError(new UpstreamError(refusal));
    const params = toolParams(call.request, this.#options.name);
    if (params === null) return endOfError(new UpstreamError('DELIVERY_CALL_INVALID'));
    const sent = await this.#send(call, params, call.timeout_ms - (performance.now() - began));
    const end = boundedEnd(sent, this.#options.answer_bytes);
    return mayHaveStarted(end) ? { ...end, enforcement: this.#enforcement() } : end;
  }

  /** Why the call must not be sent; null where it may. */
  async #refusal({ code_hash, timeout_ms, signal }: DeliveryCall): Promise<DeliveryCode | null> {
    if (this.#closing.signal.aborted) return 'DELIVERY_CLOSED';
    const enrolled = this.#enrolled();
    if (enrolled === null) return 'DELIVERY_CODE_UNKNOWN';
    try {
      const hash = await withinCall(this.#observe(this.#maxAgeMs), timeout_ms, signal);
      const isDecided = code_hash === null || code_hash === hash;
      return isDecided && hash === normaliseHash(enrolled.code_hash) ? null : 'DELIVERY_CODE_CHANGED';
    } catch (error) {
      const { code } = upstreamError(error, 'DELIVERY_UNREACHABLE');
      // Whatever kept the list from coming: the call itself was not sent.
      return typeof code === 'string' && !DELIVERY_CODES[code].started ? code : 'DELIVERY_UNREACHABLE';
    }
  }

  async #send(call: DeliveryCall, params: ToolParams, timeout_ms: number): Promise<CallEnd> {
    const { definitions, links } = this.#options;
    const linked = { ...call.context, request: call.request };
    const client = links?.take(linked) ?? null;
    const signals = [this.#closing.signal, call.signal, client?.signal].filter((each) => each !== undefined);
    const onProgress = client?.onProgress?.bind(client) ?? call.onProgress;
    const sent = {
      timeout_ms: Math.max(1, timeout_ms),
      signal: AbortSignal.any(signals),
      is_exact: true,
      client: reachedClient(call.context.tenant_id, client, this.#requests),
      ...(onProgress !== undefined && { onProgress }),
    };
    const end = await callTool(definitions.upstream, params, {
      call: sent,
      tasks: this.#taskUse(client),
      is_task_alone: this.#isTaskAlone,
      allowed: this.#requests,
    });
    // What never began may be tried again, for the same client.
    if (client !== null && !mayHaveStarted(end)) links?.link(linked, client);
    const isInterrupted = end.code === 'DELIVERY_CANCELLED' && this.#closing.signal.aborted;
    return isInterrupted ? endOfError(new UpstreamError('DELIVERY_INTERRUPTED')) : end;
  }

  /** Nobody waits for what a steward approved, or what was dispatched in another process. */
  #taskUse(client: LinkedClient | null): TaskUse {
    if (this.#options.passes_tasks !== true) return 'off';
    if (client === null) return 'followed';
    return client.takes_tasks === true ? 'passed' : 'undeclared';
  }

  async #observe(maxAgeMs: number): Promise<Sha256> {
    const hash = this.#noteChange(await this.#options.definitions.list({ maxAgeMs }));
    if (hash === null) throw new UpstreamError('DELIVERY_CODE_UNKNOWN');
    return this.#changed?.hash ?? hash;
  }

  /** Keeps in mind that the tool is another than the enrolled one; its hash in the list, null for none. */
  #noteChange({ byName }: DefinitionList): Sha256 | null {
    const seen = byName.get(this.#options.name);
    const hash = seen === undefined || seen.isTwice ? null : seen.hash;
    this.#isTaskAlone = isTaskAlone(seen?.definition, this.#options.definitions.upstream);
    const enrolled = this.#enrolled();
    if (enrolled === null || this.#changed?.version !== enrolled.version) this.#changed = null;
    if (hash !== null && enrolled !== null && hash !== normaliseHash(enrolled.code_hash)) {
      this.#changed ??= { hash, version: enrolled.version };
    }
    return hash;
  }

  #enrolled(): EnrolledTool | null {
    const { record, enrolled } = this.#options;
    return enrolled === undefined ? { code_hash: record.attestation?.code_hash, version: 0 } : enrolled();
  }

  #enforcement(): Enforcement {
    return this.#options.definitions.upstream.enforcement ?? DECLARED_ENFORCEMENT;
  }
}

function mayHaveStarted({ code }: CallEnd): boolean {
  return code === null || DELIVERY_CODES[code as DeliveryCode].started;
}
