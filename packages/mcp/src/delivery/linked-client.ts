import { ownMember } from '../base/members.ts';
import type { UpstreamClient } from '../upstream/upstream.ts';
import type { LinkedClient } from './call-links.ts';
import type { ClientRequests } from './client-requests.ts';

/**
 * The client of a call as its server may reach it.
 *
 * @param linked null where nobody waits for the call, such as one that a steward approved
 */
export function reachedClient(
  owner: string,
  linked: LinkedClient | null,
  requests: ClientRequests,
): UpstreamClient {
  return {
    owner,
    capabilities: requests.capabilitiesOf(linked?.capabilities),
    log_level: linked?.log_level ?? null,
    onLog: (params) => linked?.onLog?.(params),
    async ask(method, params, signal) {
      const passed = requests.passed(method, params);
      if (passed === null || linked?.ask === undefined) throw new Error('Nobody answers this.');
      return linked.ask(method, passed, AbortSignal.any([signal, linked.signal]));
    },
  };
}

/** What a call goes on with: the answers of its client, and the state of its server. */
export function continuation(request: unknown): Readonly<Record<string, unknown>> {
  const [inputResponses, requestState] = ['input_responses', 'request_state'].map((member) =>
    ownMember(request, member),
  );
  return {
    ...(inputResponses !== undefined && { inputResponses }),
    ...(requestState !== undefined && { requestState }),
  };
}
