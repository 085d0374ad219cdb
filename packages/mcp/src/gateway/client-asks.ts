import { randomUUID } from 'node:crypto';
import type { Caller, GatewayCall } from '../base/gateway.ts';
import { isObject, type Members, membersOf, ownMember } from '../base/members.ts';
import type { CallLinks, LinkedClient } from '../delivery/call-links.ts';
import { callInput, type DispatchedCall, type ServerLabels } from './call-input.ts';
import type { HallPort } from './hall/hall-port.ts';
import { clientCapabilityId } from './methods/method-capabilities.ts';

/** The call in which a server asks. */
export interface AskingCall extends Pick<DispatchedCall, 'capability_id' | 'correlation_id'> {
  readonly labels: ServerLabels;
}

/** A client that answers by calling again: what it is asked is handed over, and its answer comes with that call. */
const HANDED_OVER = { handed_over: true };

/** Requests of servers to the clients of their calls: each is decided by the Hall, and leaves evidence, like a call. */
export class ClientAsks {
  readonly #hall: HallPort;
  readonly #links: Pick<CallLinks, 'link'>;

  constructor({ hall, links }: { readonly hall: HallPort; readonly links: Pick<CallLinks, 'link'> }) {
    this.#hall = hall;
    this.#links = links;
  }

  /** The client as its server reaches it: whatever it is asked is decided first. */
  decided(caller: Caller, call: AskingCall, client: GatewayCall): GatewayCall {
    if (client.ask === undefined) return client;
    return {
      ...client,
      ask: (method, params, signal) => this.#ask(caller, call, client, { method, params, signal }),
    };
  }

  /**
   * Has everything decided that a result asks for; the answers of a client that can be asked, by their names.
   *
   * @throws {Error} where one is denied, or is not answered
   */
  async answers(caller: Caller, call: AskingCall, client: GatewayCall, requests: unknown): Promise<Members> {
    const answered = Object.entries(membersOf(requests)).map(async ([name, request]) => {
      const method = String(ownMember(request, 'method'));
      const params = ownMember(request, 'params');
      return [
        name,
        await this.#ask(caller, call, client, { method, params, signal: client.signal }),
      ] as const;
    });
    return Object.fromEntries(await Promise.all(answered));
  }

  async #ask(
    caller: Caller,
    { capability_id, correlation_id, labels }: AskingCall,
    client: GatewayCall,
    {
      method,
      params,
      signal,
    }: { readonly method: string; readonly params: unknown; readonly signal: AbortSignal },
  ): Promise<unknown> {
    const asked: DispatchedCall = {
      capability_id: clientCapabilityId(capability_id, method),
      // Found beside its call, and yet not a step of its task that adds to the blast of that.
      correlation_id: `${correlation_id}-asked-${randomUUID().slice(0, 8)}`,
      tenant_id: caller.tenant_id,
      request: { method, ...(isObject(params) && { params }) },
    };
    const linked: LinkedClient = { signal, ask: client.ask ?? (async () => HANDED_OVER) };
    const unlink = this.#links.link(asked, linked);
    try {
      const { decision, result } = await this.#hall.dispatch(caller, callInput(asked, labels), { signal });
      if (decision.outcome === 'DISPATCH' && result?.status === 'ok') return result.result;
      throw new Error('The request of the server was not answered.');
    } finally {
      unlink();
    }
  }
}
