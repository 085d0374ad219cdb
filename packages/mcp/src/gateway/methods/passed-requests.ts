import type { Caller, CallOutcome, GatewayCall, ListKind } from '../../base/gateway.ts';
import { RPC_CODES } from '../../base/json-rpc.ts';
import { isObject, type Members, membersOf, ownMember } from '../../base/members.ts';
import { correlationOf, type ServerLabels } from '../call-input.ts';
import { refusedRequest } from '../decision-outcome.ts';
import type { GovernedCalls } from '../governed-calls.ts';
import { type PassedMethod, passedMethod } from './method-capabilities.ts';
import { SeenItems } from './seen-items.ts';

/** A server of which something passes beside tools. */
export interface PassedServer extends ServerLabels {
  readonly alias: string;
  /** The capabilities that are turned on, by setting: their ids. */
  readonly ids: Readonly<Partial<Record<PassedMethod['setting'], string>>>;
  /** What the server says that it can do. */
  capabilities(): unknown;
  onNotification(listen: (method: string, params: unknown) => void): () => void;
  useLogLevel(level: string): void;
}

/** What passed requests work with. */
export interface PassedRequestParts {
  readonly servers: readonly PassedServer[];
  readonly calls: GovernedCalls;
  /** Whether names of prompts begin with that of their server. */
  readonly prefix: boolean;
}

const LIST_CHANGES: Readonly<Record<string, ListKind>> = {
  'notifications/resources/list_changed': 'resources',
  'notifications/prompts/list_changed': 'prompts',
};
/** What a client says of its own request, and not of what it asks for. */
const OWN_MEMBERS = new Set(['_meta', 'requestState', 'inputResponses', 'cursor']);
const NOT_OFFERED = 'This is not offered.';

/** Requests for what is not a tool: each is decided like a call of one. */
export class PassedServers {
  readonly #parts: PassedRequestParts;
  readonly #seen: SeenItems;

  constructor(parts: PassedRequestParts) {
    this.#parts = parts;
    this.#seen = new SeenItems(parts.prefix);
  }

  /** What the gateway offers beside tools. */
  get capabilities(): Members {
    const offers = (setting: PassedMethod['setting']) =>
      this.#parts.servers.some(
        ({ ids, capabilities }) => ids[setting] !== undefined && isObject(ownMember(capabilities(), setting)),
      );
    const { servers } = this.#parts;
    const can = (name: string) => (server: PassedServer) => isObject(ownMember(server.capabilities(), name));
    const tells = servers.some(
      ({ ids, capabilities }) =>
        ids.resources !== undefined &&
        ownMember(ownMember(capabilities(), 'resources'), 'subscribe') === true,
    );
    const completes = servers.filter(({ ids }) => (ids.resources ?? ids.prompts) !== undefined);
    return {
      ...(offers('resources') && { resources: { listChanged: true, ...(tells && { subscribe: true }) } }),
      ...(offers('prompts') && { prompts: { listChanged: true } }),
      ...(completes.some(can('completions')) && { completions: {} }),
      ...(servers.some(can('logging')) && { logging: {} }),
    };
  }

  /** @returns a function that ends it */
  onListChanged(listen: (kind: ListKind) => void): () => void {
    const endings = this.#parts.servers.map(({ ids, onNotification }) =>
      onNotification((method) => {
        const kind = Object.hasOwn(LIST_CHANGES, method) ? LIST_CHANGES[method] : undefined;
        if (kind !== undefined && kind !== 'tools' && ids[kind] !== undefined) listen(kind);
      }),
    );
    return () => {
      for (const end of endings) end();
    };
  }

  /** @returns a function that ends it */
  onResourceUpdated(listen: (params: unknown) => void): () => void {
    const endings = this.#parts.servers
      .filter(({ ids }) => ids.resources !== undefined)
      .map(({ onNotification }) =>
        onNotification((method, params) => {
          if (method === 'notifications/resources/updated') listen(params);
        }),
      );
    return () => {
      for (const end of endings) end();
    };
  }

  useLogLevel(level: string): void {
    for (const server of this.#parts.servers) server.useLogLevel(level);
  }

  /** Decides about a request and passes it on. */
  async request(caller: Caller, method: string, params: unknown, call: GatewayCall): Promise<CallOutcome> {
    const passed = passedMethod(method, params);
    if (passed === null) return { kind: 'error', code: RPC_CODES.methodNotFound, message: NOT_OFFERED };
    const asked = { caller, method, params: membersOf(params), call, setting: passed.setting };
    return passed.to === 'one' ? this.#one(asked) : this.#list(asked, passed.to.list);
  }

  /** Every server that may be asked is; one that is denied, or fails, has nothing in the list. */
  async #list(asked: Asked, member: string): Promise<CallOutcome> {
    const { servers } = this.#parts;
    const offering = servers.filter(({ ids }) => ids[asked.setting] !== undefined);
    const outcomes = await Promise.all(offering.map((server) => this.#run(server, asked, {})));
    const items = outcomes.flatMap((outcome, index) => {
      const { alias } = offering[index] as PassedServer;
      return outcome.kind === 'result'
        ? this.#seen.note(alias, member, ownMember(outcome.result, member))
        : [];
    });
    return { kind: 'result', result: { [member]: items } };
  }

  async #one(asked: Asked): Promise<CallOutcome> {
    const offering = this.#parts.servers.filter(({ ids }) => ids[asked.setting] !== undefined);
    const { ref, name, uri } = asked.params;
    const about = ref === undefined ? { name, uri } : membersOf(ref);
    const found = this.#seen.find(
      offering.map(({ alias }) => alias),
      asked.setting,
      about,
    );
    const server = offering.find(({ alias }) => alias === found?.alias);
    if (server === undefined || found === null) {
      return {
        kind: 'error',
        code: RPC_CODES.invalidParams,
        message: 'There is nothing of this name. List again.',
        ...(typeof uri === 'string' && { data: { uri } }),
      };
    }
    const renamed = ref === undefined ? found.renamed : { ref: { ...about, ...found.renamed } };
    return this.#run(server, asked, { ...asked.params, ...renamed });
  }

  #run(
    server: PassedServer,
    { caller, method, params, call, setting }: Asked,
    sent: Members,
  ): Promise<CallOutcome> {
    const bare = Object.fromEntries(Object.entries(sent).filter(([name]) => !OWN_MEMBERS.has(name)));
    const governed = {
      capability_id: server.ids[setting] as string,
      correlation_id: correlationOf(params['_meta']),
      request: { method, params: bare },
      labels: server,
      subject: method,
      arguments: bare,
      form: refusedRequest,
    };
    return this.#parts.calls.run(caller, governed, call);
  }
}

/** A request as it came. */
interface Asked {
  readonly caller: Caller;
  readonly method: string;
  readonly params: Members;
  readonly call: GatewayCall;
  readonly setting: PassedMethod['setting'];
}
