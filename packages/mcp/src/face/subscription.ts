import type { Caller, Gateway, ListKind } from '../base/gateway.ts';
import {
  notificationMessage,
  RPC_CODES,
  RpcError,
  type RpcRequest,
  resultMessage,
} from '../base/json-rpc.ts';
import { isObject, type Members, membersOf, ownMember } from '../base/members.ts';
import { refusalOf } from '../hold/refusal.ts';
import type { Exchange } from './exchange.ts';
import type { FaceParts } from './face-parts.ts';
import { followedTasks } from './followed-tasks.ts';
import { capabilitiesOf } from './method/methods.ts';
import { META } from './revisions.ts';

/** An open `subscriptions/listen`. */
export interface Subscription {
  /** Nothing was asked for that is offered: it ends at once. */
  readonly isEmpty: boolean;
  /** Ends it without a word: the client cancelled it, or is gone. */
  cancel(): void;
  /** Ends it from our side; the last message. */
  finish(): Members;
}

/** The notifications about lists, by what a filter calls them. */
const LISTS: readonly (readonly [string, ListKind])[] = [
  ['toolsListChanged', 'tools'],
  ['promptsListChanged', 'prompts'],
  ['resourcesListChanged', 'resources'],
];
const MAX_RESOURCES = 256;

/**
 * Opens a `subscriptions/listen`: acknowledges what of the filter is offered, then sends what it lets through, each
 * message with the id of the request.
 *
 * @throws {RpcError} for a filter that cannot be read
 */
export async function openSubscription(
  parts: FaceParts,
  { id, params }: RpcRequest,
  exchange: Exchange,
  send: (message: Members) => void,
): Promise<Subscription> {
  const filter = params['notifications'];
  if (!isObject(filter))
    throw new RpcError(RPC_CODES.invalidParams, 'The filter "notifications" is missing.');
  const kinds = honouredKinds(parts, filter);
  const uris = await honouredResources(parts, filter, exchange);
  const tasks = await followedTasks(parts, filter['taskIds'], exchange);
  const notify = (method: string, content: Members) => {
    const meta = { ...membersOf(content['_meta']), [META.subscription]: id };
    send(notificationMessage(method, { ...content, _meta: meta }));
  };
  notify('notifications/subscriptions/acknowledged', {
    notifications: { ...acknowledged(kinds, uris), ...(tasks.ids.length > 0 && { taskIds: tasks.ids }) },
  });
  const stops = [
    parts.gateway.onListChanged((kind) => {
      if (kinds.includes(kind)) notify(listChanged(kind), {});
    }),
    followResources(parts.gateway, uris, notify),
    tasks.follow((task) => notify('notifications/tasks', task)),
  ];
  const cancel = () => {
    for (const stop of stops.splice(0)) stop();
    unsubscribeAll(parts.gateway, exchange.caller, uris);
  };
  return {
    isEmpty: kinds.length === 0 && uris.size === 0 && tasks.ids.length === 0,
    cancel,
    finish() {
      cancel();
      const meta = { [META.subscription]: id, [META.server]: parts.gateway.server };
      return resultMessage(id, { resultType: 'complete', _meta: meta });
    },
  };
}

/** The notification that a list changed. */
export function listChanged(kind: ListKind): string {
  return `notifications/${kind}/list_changed`;
}

/** Takes back what a client that is gone had subscribed to: its servers need not tell of it any more. */
export function unsubscribeAll(gateway: Gateway, caller: Caller, uris: Set<string>): void {
  const { signal } = new AbortController();
  for (const uri of uris) {
    // A gateway that closes does not decide about it any more, and its servers close with it.
    gateway.request(caller, 'resources/unsubscribe', { uri }, { signal }).catch(() => {});
  }
  uris.clear();
}

/** Passes on that one of these resources changed. @returns a function that ends it */
export function followResources(
  gateway: Gateway,
  uris: ReadonlySet<string>,
  notify: (method: string, params: Members) => void,
): () => void {
  const listen = (params: unknown) => {
    const uri = ownMember(params, 'uri');
    if (typeof uri === 'string' && uris.has(uri))
      notify('notifications/resources/updated', membersOf(params));
  };
  return gateway.onResourceUpdated?.(listen) ?? (() => undefined);
}

function honouredKinds(parts: FaceParts, filter: Members): ListKind[] {
  const capabilities = capabilitiesOf(parts, true);
  return LISTS.filter(
    ([member, kind]) => filter[member] === true && ownMember(capabilities[kind], 'listChanged') === true,
  ).map(([, kind]) => kind);
}

/** The resources whose server lets this caller subscribe. */
async function honouredResources(
  parts: FaceParts,
  { resourceSubscriptions: wanted }: Members,
  { caller, signal }: Exchange,
): Promise<Set<string>> {
  const honoured = new Set<string>();
  if (!Array.isArray(wanted) || ownMember(capabilitiesOf(parts, true)['resources'], 'subscribe') !== true)
    return honoured;
  for (const uri of wanted.slice(0, MAX_RESOURCES)) {
    if (typeof uri !== 'string') continue;
    const outcome = await parts.gateway.request(caller, 'resources/subscribe', { uri }, { signal });
    if (outcome.kind === 'result' && refusalOf(outcome.result) === undefined) honoured.add(uri);
  }
  return honoured;
}

function acknowledged(kinds: readonly ListKind[], uris: ReadonlySet<string>): Members {
  const lists = LISTS.filter(([, kind]) => kinds.includes(kind)).map(([member]) => [member, true]);
  return { ...Object.fromEntries(lists), ...(uris.size > 0 && { resourceSubscriptions: [...uris] }) };
}
