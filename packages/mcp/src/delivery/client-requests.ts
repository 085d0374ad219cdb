import { isObject, type Members, membersOf, ownMember } from '../base/members.ts';
import type { AllowedInputs } from './call-result.ts';

/** What a server may ask the client of a call for: each is off until the operator turns it on. */
export const CLIENT_REQUESTS = {
  sampling: 'sampling/createMessage',
  elicitation: 'elicitation/create',
  roots: 'roots/list',
} as const;

/** A kind of request, as the settings and the capabilities of clients name it. */
export type ClientRequestKind = keyof typeof CLIENT_REQUESTS;

/** What is turned on for a server. */
export interface ClientRequestOptions {
  /** The server as its requests are marked. */
  readonly alias: string;
  readonly kinds: readonly ClientRequestKind[];
  /** Whether an address is one of the gateway's own: there alone things are approved, and no server may lead there. */
  isOwnPage(url: string): boolean;
  /** Takes out of a request what the operator keeps back of results. */
  keepBack?(value: unknown): unknown;
}

/** The member of `_meta` that says which server asks. */
const SERVER_META_KEY = 'org.wcp/server';
const KINDS = Object.keys(CLIENT_REQUESTS) as ClientRequestKind[];

/**
 * The requests of a server to the client of a call: those that are turned on pass, marked with the name of the server.
 * They are an attacker's words, and never an approval: that has an address of the gateway, which these must not have.
 */
export class ClientRequests implements AllowedInputs {
  readonly #options: ClientRequestOptions;

  constructor(options: ClientRequestOptions) {
    this.#options = options;
  }

  /** What of a client's capabilities its server may know, and use. */
  capabilitiesOf(declared: unknown): Members {
    const named = this.#options.kinds.map((kind) => [kind, ownMember(declared, kind)] as const);
    return Object.fromEntries(named.filter(([, member]) => isObject(member)));
  }

  /** The parameters of a request as its client gets them; null for one that does not pass. */
  passed(method: string, params: unknown): Members | null {
    const { alias, kinds, keepBack = (value) => value } = this.#options;
    const kind = KINDS.find((each) => CLIENT_REQUESTS[each] === method);
    if (kind === undefined || !kinds.includes(kind) || !this.#isSafe(kind, params)) return null;
    const kept = membersOf(keepBack(params));
    const { message } = kept;
    return {
      ...kept,
      _meta: { ...membersOf(kept['_meta']), [SERVER_META_KEY]: alias },
      ...(kind === 'elicitation' && { message: `The server "${alias}" asks: ${String(message ?? '')}` }),
    };
  }

  /** The requests in a result as its client gets them; null where one of them does not pass. */
  inputs(requests: unknown): Members | null {
    if (this.#options.kinds.length === 0) return null;
    const marked = Object.entries(membersOf(requests)).map(([name, request]) => {
      const method = ownMember(request, 'method');
      const params = typeof method === 'string' ? this.passed(method, ownMember(request, 'params')) : null;
      return [name, params === null ? null : { ...Object(request), params }] as const;
    });
    return marked.some(([, request]) => request === null) ? null : Object.fromEntries(marked);
  }

  /** Pages of an elicitation are pages, and not those of the gateway. */
  #isSafe(kind: ClientRequestKind, params: unknown): boolean {
    if (kind !== 'elicitation' || (ownMember(params, 'mode') ?? 'form') === 'form') return true;
    const url = ownMember(params, 'url');
    if (typeof url !== 'string' || !/^https?:$/.test(URL.parse(url)?.protocol ?? '')) return false;
    return !this.#options.isOwnPage(url);
  }
}

/** Nothing may be asked. */
export const NO_CLIENT_REQUESTS = new ClientRequests({ alias: '', kinds: [], isOwnPage: () => true });
