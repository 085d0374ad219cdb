import { ownMember } from '../../base/members.ts';
import { CLIENT_REQUESTS, type ClientRequestKind } from '../../delivery/client-requests.ts';

/** A part of MCP beside tools that is a capability of its server. */
export interface MethodCapability {
  /** The last segment of its id. */
  readonly segment:
    | 'resources-read'
    | 'prompts-get'
    | 'sampling-create'
    | 'elicitation-create'
    | 'roots-list';
  /** The setting that turns it on, and what a server says that it can do. */
  readonly setting: 'resources' | 'prompts' | ClientRequestKind;
  /** What a steward reads of it. */
  readonly description: string;
}

/** Off unless a server's settings turn one on. */
export const METHOD_CAPABILITIES: readonly MethodCapability[] = [
  {
    segment: 'resources-read',
    setting: 'resources',
    description: 'Lists and reads the resources of the server.',
  },
  {
    segment: 'prompts-get',
    setting: 'prompts',
    description: 'Lists and gets the prompts of the server.',
  },
  {
    segment: 'sampling-create',
    setting: 'sampling',
    description: 'Lets the server ask the model of the client of a call.',
  },
  {
    segment: 'elicitation-create',
    setting: 'elicitation',
    description: 'Lets the server ask the human at the client of a call.',
  },
  {
    segment: 'roots-list',
    setting: 'roots',
    description: 'Lets the server ask which folders the client of a call works in.',
  },
];

/** What stands for a definition: the gateway's words, not the server's. It has no name, so that it is no tool. */
export function methodDefinition({ segment, description }: MethodCapability): object {
  return {
    capability: segment,
    description,
    inputSchema: { type: 'object' },
    annotations: { readOnlyHint: true, destructiveHint: false, openWorldHint: true },
  };
}

/** Whether a capability is one of requests to clients. */
export function isClientRequest({ setting }: Pick<MethodCapability, 'setting'>): boolean {
  return Object.hasOwn(CLIENT_REQUESTS, setting);
}

/**
 * The id of the capability of a server's requests to clients.
 *
 * @param capability_id of the call in which the server asks
 * @throws {Error} for a method that is none of them
 */
export function clientCapabilityId(capability_id: string, method: string): string {
  const row = METHOD_CAPABILITIES.find(
    ({ setting }) => (CLIENT_REQUESTS as Readonly<Record<string, string>>)[setting] === method,
  );
  if (row === undefined) throw new Error('No server may ask this.');
  return methodCapabilityId(capability_id.slice(0, capability_id.lastIndexOf('.')), row);
}

/** How a method of a client is carried to servers. */
export interface PassedMethod {
  readonly setting: 'resources' | 'prompts';
  /** `list`: every server is asked, and `member` of the answers is one list. `one`: the server that has what is asked for. */
  readonly to: { readonly list: string } | 'one';
}

/** The methods that pass, governed. What is not here is refused. */
const PASSED_METHODS: Readonly<Record<string, PassedMethod>> = {
  'resources/list': { setting: 'resources', to: { list: 'resources' } },
  'resources/templates/list': { setting: 'resources', to: { list: 'resourceTemplates' } },
  'resources/read': { setting: 'resources', to: 'one' },
  'resources/subscribe': { setting: 'resources', to: 'one' },
  'resources/unsubscribe': { setting: 'resources', to: 'one' },
  'prompts/list': { setting: 'prompts', to: { list: 'prompts' } },
  'prompts/get': { setting: 'prompts', to: 'one' },
  'completion/complete': { setting: 'prompts', to: 'one' },
};

/** How a request is carried; null for one that is refused. What completes a template belongs to resources. */
export function passedMethod(method: unknown, params: unknown): PassedMethod | null {
  if (typeof method !== 'string' || !Object.hasOwn(PASSED_METHODS, method)) return null;
  const passed = PASSED_METHODS[method] as PassedMethod;
  const isOfTemplate = ownMember(ownMember(params, 'ref'), 'type') === 'ref/resource';
  return method === 'completion/complete' && isOfTemplate ? { ...passed, setting: 'resources' } : passed;
}

/** The id of a capability of a server. */
export function methodCapabilityId(prefix: string, { segment }: Pick<MethodCapability, 'segment'>): string {
  return `${prefix}.${segment}`;
}
