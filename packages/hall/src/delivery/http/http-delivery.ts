import type { Agent } from 'node:http';
import { type RegistryRecord, type Sha256, WcpError } from '@wcp/spec';
import { Attempt } from '../attempt.ts';
import { deliveredBy } from '../call-end.ts';
import { writeCall } from '../call-json.ts';
import type { ChainedCallRegistry } from '../chained-call-registry.ts';
import type {
  AttestationTrust,
  Containment,
  Delivered,
  Delivery,
  DeliveryCall,
  RemoteAttestation,
} from '../delivery.ts';
import { DECLARED, DECLARED_ENFORCEMENT } from '../enforcement.ts';
import { PROCESS_LIMITS } from '../process/process-limits.ts';
import { exchange, HTTP_MODULES } from './http-exchange.ts';
import { RemoteCode } from './remote-code.ts';

/** A worker that is served elsewhere with `--http`. */
export interface HttpDeliveryOptions {
  readonly record: RegistryRecord;
  /** Where it is served, such as `http://127.0.0.1:7000`: its calls go to `run` below that. */
  readonly url: string;
  /**
   * Whether its server says which code it runs, signed by the worker's authority (section 10.5), as `wcp worker serve`
   * does (default false: the Hall cannot see the code). A call then names the code that was decided about.
   */
  readonly attested?: boolean;
  /** How long the server may take to say so, in milliseconds (default 3000). */
  readonly attest_ms?: number;
  /** Called where the worker is no longer attested, or is again: a sentence for the operator's log. */
  log?(message: string): void;
  /** Where the worker asks for chained dispatches with its permit; without it, it may not. */
  readonly chains?: ChainedCallRegistry;
  /** The longest answer, in bytes (default 8 MiB). */
  readonly answer_bytes?: number;
  /** Calls at a time, each on a connection (default 16). */
  readonly connections?: number;
  /** Calls that may wait for a connection (default 256). */
  readonly waiting?: number;
}

/**
 * Delivers calls to a worker over HTTP (section 10). The Hall cannot see its code; where its server attests it, that
 * counts as the hash that the Hall observes. A call that was sent and got no answer is `unknown`, and is not sent
 * again.
 *
 * @throws {WcpError} `ERR_WCP_HALL` for an address that is not one of HTTP, or that holds a password
 * @example
 * import { createHall, httpDelivery } from '@wcp/hall';
 * import type { RegistryRecord } from '@wcp/spec';
 *
 * declare const record: RegistryRecord;
 * const delivery = httpDelivery({ record, url: 'http://127.0.0.1:7000' });
 * const hall = await createHall({ workers: [{ delivery }] });
 * await hall.close();
 */
export function httpDelivery(options: HttpDeliveryOptions): Delivery {
  return new HttpDelivery(options);
}

class HttpDelivery implements Delivery {
  readonly record: RegistryRecord;
  readonly #options: HttpDeliveryOptions;
  readonly #url: URL;
  readonly #agent: Agent;
  readonly #askAgent: Agent;
  readonly #mostCalls: number;
  readonly #code: RemoteCode | null;
  readonly #attempts = new Set<Attempt>();
  #isClosed = false;

  constructor(options: HttpDeliveryOptions) {
    const { record, url, connections = 16, waiting = PROCESS_LIMITS.waiting, attested = false } = options;
    this.record = record;
    this.#options = options;
    this.#url = readUrl(url);
    const { Agent: AgentOf } = HTTP_MODULES[this.#url.protocol] as { Agent: typeof Agent };
    this.#agent = new AgentOf({ keepAlive: true, maxSockets: connections });
    this.#mostCalls = connections + waiting;
    this.#askAgent = new AgentOf({ keepAlive: true, maxSockets: 1 });
    this.#code = attested ? this.#remoteCode(options) : null;
  }

  containment(): Containment {
    return DECLARED;
  }

  attestation(): RemoteAttestation | null {
    return this.#code?.known ?? null;
  }

  /** Without anybody whose word would count, nothing is known. */
  async observe(trust?: AttestationTrust): Promise<Sha256 | null> {
    if (this.#code === null || trust === undefined || this.#isClosed) return null;
    return this.#code.observe(trust);
  }

  async deliver(call: DeliveryCall): Promise<Delivered> {
    const began = performance.now();
    const attempt = new Attempt(call);
    const closeChain = this.#openChain(call);
    this.#attempts.add(attempt);
    try {
      this.#send(attempt, call);
    } catch {
      attempt.settle({ code: 'DELIVERY_FAILED' });
    }
    const ending = await attempt.ended;
    this.#attempts.delete(attempt);
    closeChain?.();
    const delivered = deliveredBy(ending, began);
    return attempt.isHandedOver ? { ...delivered, enforcement: DECLARED_ENFORCEMENT } : delivered;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const attempt of this.#attempts) attempt.close();
    this.#agent.destroy();
    this.#askAgent.destroy();
  }

  #send(attempt: Attempt, call: DeliveryCall): void {
    const code_hash = this.#code === null ? null : call.code_hash;
    const written = writeCall(call, code_hash === null ? {} : { code_hash });
    if (this.#isClosed) attempt.close();
    else if (this.#attempts.size > this.#mostCalls) attempt.settle({ code: 'DELIVERY_BUSY' });
    else if ('code' in written) attempt.settle(written);
    if (attempt.isOver || 'code' in written) return;
    const { answer_bytes = PROCESS_LIMITS.answer_bytes } = this.#options;
    const body = Buffer.from(written.text);
    const namesCode = code_hash !== null;
    const { traceparent = null } = call;
    exchange({ url: this.#url, agent: this.#agent, body, answer_bytes, namesCode, traceparent }, attempt);
  }

  /** Asks on a connection of its own: calls that take all others must not keep it from an answer. */
  #remoteCode({ record, attest_ms, log }: HttpDeliveryOptions): RemoteCode {
    return new RemoteCode({
      record,
      url: new URL('attest', this.#url),
      agent: this.#askAgent,
      ...(attest_ms !== undefined && { limit_ms: attest_ms }),
      ...(log !== undefined && { log }),
    });
  }

  #openChain({ permit, dispatch }: DeliveryCall): (() => void) | undefined {
    return permit === null || dispatch === undefined
      ? undefined
      : this.#options.chains?.open(permit, dispatch);
  }
}

function readUrl(text: string): URL {
  const url = URL.parse(text.endsWith('/') ? text : `${text}/`);
  if (url === null || !Object.hasOwn(HTTP_MODULES, url.protocol)) {
    throw new WcpError('ERR_WCP_HALL', 'The address of a worker begins with http:// or https://.');
  }
  if (url.username !== '' || url.password !== '') {
    throw new WcpError('ERR_WCP_HALL', 'The address of a worker must not hold a user name or a password.');
  }
  return new URL('run', url);
}
